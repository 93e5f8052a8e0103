"""The menus as data: a module each, in the order of its commands."""

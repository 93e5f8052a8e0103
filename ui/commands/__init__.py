"""What the menus' commands do."""

"""Colours, fonts, icons, and where the parts of the window stand."""

"""Dialogs: they ask and tell, and change nothing themselves."""

"""Projects: everything that a run depends on, in one file."""

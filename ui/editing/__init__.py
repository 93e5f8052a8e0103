"""Edits of the experiment, and how they are undone."""

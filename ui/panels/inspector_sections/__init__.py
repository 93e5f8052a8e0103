"""The columns of the inspector."""

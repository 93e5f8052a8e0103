"""A trained network for other programs: one module a format, each checked by running what it wrote."""

"""What can be chosen: one module a kind, each with its formulas and, right below them, its table."""

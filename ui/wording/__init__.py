"""How things are called on the screen, and what typed text means."""

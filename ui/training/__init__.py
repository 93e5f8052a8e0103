"""The thread that trains, and what drives it; most of it knows no Qt."""

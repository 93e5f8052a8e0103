"""The network diagram: what is painted, what can be pointed at, and the controls above it."""

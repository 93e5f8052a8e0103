"""Reading and writing, nothing else: each module one kind of file."""

"""The sections of TRAINING: each shows a few fields, and tells what is edited in them."""

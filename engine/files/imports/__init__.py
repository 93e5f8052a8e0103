"""Networks that were saved elsewhere, or here: read as values alone, nothing of a file is executed."""

"""Moving pictures of a training run."""

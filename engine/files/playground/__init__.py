"""Links of TensorFlow Playground, both ways."""

"""The engine against PyTorch and JAX; needs the ``parity`` extra."""

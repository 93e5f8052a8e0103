"""What the commands can write, by suffix, for ``--help``: the formats themselves bring Numba along."""

from __future__ import annotations

PROJECT, REPORT = ".unfold", ".html"
LABELS = {
    PROJECT: "Project",
    REPORT: "Report of the run",
    ".onnx": "ONNX",
    ".safetensors": "Safetensors",
    ".npz": "NumPy weights",
    ".py": "Python (NumPy)",
    ".torch.py": "PyTorch",
    ".keras.py": "Keras",
    ".js": "JavaScript",
    ".h": "C header",
    ".tex": "LaTeX formula",
    ".json": "JSON",
    ".csv": "Table of weights",
}


def told() -> str:
    """Return what ``--help`` says of them, a line each."""
    return "\n".join(["Suffixes:", *(f"  {suffix:<14}{label}" for suffix, label in LABELS.items())])

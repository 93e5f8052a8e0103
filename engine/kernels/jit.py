"""The one decorator of all kernels, and where their machine code is kept.

Numba does not notice a changed callee in another file, so the cache directory is named after a hash of
all sources that can end up in a kernel: an outdated cache is never read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite
import numba
from numba import config, njit
from platformdirs import user_cache_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# No fastmath: Numba would put its flags on every instruction, also on the compensated steps of
# vectormath, where reassociation loses the very digits they save.  The vector operations carry the
# flags that are safe for them (see lowering), and NaN stays NaN.
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cfunc_wrapper": True,  # for callers in C, of which there are none
}
# Python never calls them: no wrappers, whose code for a network's arrays would be longer than theirs.
INNER_OPTIONS: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}
KEPT_SECONDS = 30 * 24 * 3600


def _fingerprint() -> str:
    """Hash the engine's sources, its place, and whatever else changes the machine code."""
    engine = Path(__file__).resolve().parents[1]
    versions = numba.__version__, llvmlite.__version__, platform.python_version()
    digest = hashlib.sha256("|".join([str(engine), *versions]).encode())
    for source in sorted([*engine.glob("kernels/*.py"), *engine.glob("catalog/*.py"), engine / "loops.py"]):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _writable_directory() -> Path | None:
    """Return this version's cache directory, or None where nothing can be written."""
    directory = user_cache_path("unfold", appauthor=False) / "kernels" / _fingerprint()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except OSError:
        return None


CACHE = _writable_directory()


@contextlib.contextmanager
def _cache_directory(directory: Path) -> Iterator[None]:
    """Point Numba at our directory while a function is decorated, and no longer: it is a global setting."""
    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(directory)
    try:
        yield
    finally:
        settings.CACHE_DIR = before


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls: cached on disk, without the GIL, NaN-preserving."""
    if CACHE is None:
        return njit(**OPTIONS)(function)
    with _cache_directory(CACHE):
        return njit(cache=True, **OPTIONS)(function)


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call; it becomes part of theirs.  Python must not call it."""
    return njit(**INNER_OPTIONS)(function)


def merged(function: Callable[..., Any]) -> Any:
    """Compile a long function into the place where it is called.

    A network, a workspace and a learning are some 250 numbers when they are handed to a function; small
    networks would spend a third of their time on that.  LLVM sees the function twice, once alone and once
    in its place, which makes better code and takes longer than ``inlined``.
    """
    return njit(forceinline=True, **INNER_OPTIONS)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Copy a function's body to wherever a kernel calls it, before Numba compiles it."""
    return njit(inline="always", **OPTIONS)(function)


def is_warm() -> bool:
    """Tell whether all kernels of this version have been compiled into the cache."""
    return CACHE is not None and (CACHE / "complete").exists()


def mark_warm() -> None:
    """Note that all kernels are in the cache, and drop what older versions left there long ago."""
    if CACHE is None:
        return
    (CACHE / "complete").touch()
    os.utime(CACHE)
    for other in CACHE.parent.iterdir():
        if other != CACHE and time.time() - other.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)

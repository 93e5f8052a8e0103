"""The matrix product as it is compiled with many and with few registers."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.kernels.jit import kernel

ROOT = Path(engine.__file__).parents[1]


def _private_gemm(wide: bool) -> Any:
    """Return the product as it is compiled on a processor with or without AVX-512."""
    spec = spec_from_file_location(f"gemm_{wide}", ROOT / "engine" / "kernels" / "gemm.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # Numba looks it up when it loads what it has cached
    spec.loader.exec_module(module)
    module.WIDE = wide  # read when it compiles, which is at the first call
    return module.gemm


_narrow, _wide = _private_gemm(False), _private_gemm(True)


@kernel
def narrow_product(C: Any, cs: Any, P: Any, pm: Any, pk: Any, Q: Any, qs: Any, M: Any, K: Any, N: Any,
                   bias: Any, start: Any) -> None:  # fmt: skip
    """Multiply with few registers.  Modified in place: C."""
    _narrow(C, 0, cs, P, 0, pm, pk, Q, 0, qs, M, K, N, bias, 0, start)


@kernel
def wide_product(C: Any, cs: Any, P: Any, pm: Any, pk: Any, Q: Any, qs: Any, M: Any, K: Any, N: Any,
                 bias: Any, start: Any) -> None:  # fmt: skip
    """Multiply with many registers.  Modified in place: C."""
    _wide(C, 0, cs, P, 0, pm, pk, Q, 0, qs, M, K, N, bias, 0, start)


@pytest.mark.parametrize("product", [narrow_product, wide_product], ids=["narrow", "wide"])
@pytest.mark.parametrize("K", [0, 1, 7, 300])
@pytest.mark.parametrize("N", [16, 32, 48])
def test_product_for_every_number_of_registers(product, K, N):
    rng = np.random.default_rng(K + N)
    for M in [*range(1, 20), 40]:
        P, Q = rng.normal(size=(M, K)).astype(np.float32), rng.normal(size=(K, N)).astype(np.float32)
        old, bias = rng.normal(size=(M, N + 16)).astype(np.float32), rng.normal(size=N).astype(np.float32)
        for start, begin in enumerate((0, bias, old[:, :N])):
            for transposed in (False, True):
                C = old.copy()
                given = np.ascontiguousarray(P.T if transposed else P)
                strides = (1, M) if transposed else (K, 1)
                product(C.ravel(), N + 16, given.ravel(), *strides, Q.ravel(), N, M, K, N, bias, start)
                expected = begin + P.astype(np.float64) @ Q
                np.testing.assert_allclose(C[:, :N], expected, rtol=1e-5, atol=1e-4)
                np.testing.assert_array_equal(C[:, N:], old[:, N:])

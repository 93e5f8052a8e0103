"""The compiled passes.  Nothing here imports from the rest of the engine.

``simd`` names the vector operations and says in NumPy what they mean; ``lowering`` teaches Numba to turn
them into 16-lane instructions; ``dispatch`` lets a kernel choose one of many formulas by an integer code;
the other modules are the kernels.  Importing ``simd`` does not import Numba, so the catalog, whose
formulas are written with it, loads fast.
"""

from __future__ import annotations

import os

# LLVM's third level takes a tenth longer than its second and makes these kernels no faster, since they are
# vectorized and unrolled by hand.  Read by Numba when it is first imported.
os.environ.setdefault("NUMBA_OPT", "2")

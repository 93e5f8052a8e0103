"""Choose one of many formulas by an integer code, inside a kernel.

The formulas belong to the catalog, which the kernels must not know: whoever knows both fills the
families below (``engine.loops`` does) before the first kernel is compiled.  A call then becomes a
switch over the codes, each branch a loop with its formula inlined; an unknown code takes the default
branch, which writes NaN, so that a forgotten formula cannot pass unnoticed.  Numba's own registries of
overloads are late-bound in the same way; functions passed as arguments would miss the disk cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numba import types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Family:
    """The loops that one call in a kernel can turn into, by their codes.

    Parameters
    ----------
    otherwise : callable
        The loop of an unknown code; it takes the same arguments as the loops.
    """

    def __init__(self, otherwise: Callable[..., None]) -> None:
        self.otherwise = otherwise
        self.loops: tuple[Callable[..., None], ...] = ()
        self.call = self._intrinsic()

    def fill(self, loops: Sequence[Callable[..., None]]) -> None:
        """Set the loops; a loop's code is its position."""
        self.loops = tuple(loops)

    def _intrinsic(self) -> Any:
        family = self

        @intrinsic
        def choose(typingctx: Any, code: Any, arguments: Any) -> Any:
            if not family.loops:
                raise TypeError("no formulas are known yet: import engine.loops before compiling a kernel")

            def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
                inner_types = tuple(sig.args[1].types)
                values = [builder.extract_value(args[1], i) for i in range(len(inner_types))]
                inner = types.void(*inner_types)
                end = builder.append_basic_block("chosen")
                default = builder.append_basic_block("unknown_code")
                switch = builder.switch(args[0], default)
                branches = [(default, family.otherwise)]
                for number, loop in enumerate(family.loops):
                    block = builder.append_basic_block(f"code_{number}")
                    switch.add_case(args[0].type(number), block)
                    branches.append((block, loop))
                for block, loop in branches:
                    builder.position_at_end(block)
                    context.compile_internal(builder, loop, inner, values)
                    builder.branch(end)
                builder.position_at_end(end)
                return context.get_dummy_value()

            return types.void(types.int64, arguments), codegen

        return choose

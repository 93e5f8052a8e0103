"""Choose one of many formulas by an integer code, inside a kernel.

The formulas belong to the catalog, which the kernels must not know: whoever knows both fills the
families below (``engine.loops`` does) before the first kernel is compiled.  A call then becomes a
switch over the codes, each branch a function with its formula's loop; an unknown code takes the default
branch, which writes NaN, so that a forgotten formula cannot pass unnoticed.  Numba's own registries of
overloads are late-bound in the same way; functions passed as arguments would miss the disk cache.

A branch is written by a plain Python function that calls the methods of ``Scope``; the formula inside is
called with symbols (see ``lowering``).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.lowering import FLOATS, LANES, Value, constant, lanes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Branch = Callable[..., None]


class Scope:
    """Emits loops, loads and stores; indices and numbers are symbols, arrays are those of the kernel."""

    def __init__(self, context: Any, builder: Any) -> None:
        self._context = context
        self.builder = builder

    def argument(self, kind: Any, value: Any) -> Any:
        """Return an argument of the call: the data pointer of an array, or a number's symbol."""
        if isinstance(kind, types.Array):
            return self._context.make_array(kind)(self._context, self.builder, value).data
        if isinstance(kind, types.Integer):
            return Value(self.builder, self._context.cast(self.builder, value, kind, types.int64))
        return Value(self.builder, self._context.cast(self.builder, value, kind, types.float64))

    @contextlib.contextmanager
    def count(self, start: Any, stop: Any, step: int = 1) -> Iterator[Value]:
        """Repeat what is emitted in this context, with the index given."""
        first, last, by = (self._index(n) for n in (start, stop, step))
        with cgutils.for_range_slice(self.builder, first, last, by, ir.IntType(64), inc=True) as (index, _):
            yield Value(self.builder, index)

    def lanes(self, start: Any, stop: Any) -> contextlib.AbstractContextManager[Value]:
        """Repeat for every 16th index."""
        return self.count(start, stop, LANES)

    def load(self, array: Any, index: Any) -> Value:
        """Return the 16 float32 from an index on."""
        vector = self.builder.load(self._vector_at(array, index))
        vector.align = 4
        return Value(self.builder, vector)

    def store(self, array: Any, index: Any, vector: Any) -> None:
        """Write 16 float32 from an index on; a number is written 16 times."""
        if not isinstance(vector, Value):
            value = constant(vector)
        elif vector.value.type == FLOATS:
            value = vector.value
        else:
            value = lanes_of(self.builder, vector.value)
        self.builder.store(value, self._vector_at(array, index)).align = 4

    def constant(self, number: float) -> Value:
        """Return the symbol of a known number."""
        return Value(self.builder, ir.Constant(ir.DoubleType(), number))

    def number(self, array: Any, index: Any) -> Value:
        """Return one number of an array, an integer one as an index."""
        return Value(self.builder, self.builder.load(self.builder.gep(array, [self._index(index)])))

    def increase(self, array: Any, index: Any, by: Value) -> None:
        """Add a number, or the sum of a vector's lanes, to one number of a float64 array."""
        at = self.builder.gep(array, [self._index(index)])
        self.builder.store(self.builder.fadd(self.builder.load(at), self._total(by)), at)

    def variable(self, value: float = 0.0) -> Any:
        """Return a place for a vector that changes in a loop; a pointer for ``load`` and ``store`` at 0."""
        place = cgutils.alloca_once(self.builder, FLOATS)
        self.builder.store(constant(value), place)
        return self.builder.bitcast(place, ir.FloatType().as_pointer())

    def _total(self, value: Value) -> Any:
        if value.value.type != FLOATS:
            return value.value
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), FLOATS])
        add = self.builder.module.declare_intrinsic("llvm.vector.reduce.fadd.v16f32", (), kind)
        summed = self.builder.call(
            add, [ir.Constant(ir.FloatType(), -0.0), value.value], fastmath=("reassoc",)
        )
        return self.builder.fpext(summed, ir.DoubleType())

    def _vector_at(self, array: Any, index: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(array, [self._index(index)]), FLOATS.as_pointer())

    @staticmethod
    def _index(index: Any) -> Any:
        return index.value if isinstance(index, Value) else ir.Constant(ir.IntType(64), index)


def _function(context: Any, builder: Any, branch: Branch, values: Sequence[Any], name: str) -> Any:
    """Return a branch as a function of its own.

    One kernel with all formulas in it would take LLVM several times as long as the two apart.
    """
    kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
    function = ir.Function(builder.module, kind, builder.module.get_unique_name(name))
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("optsize")  # no loop is unrolled: 16 lanes at a time are wide enough
    inside = ir.IRBuilder(function.append_basic_block("entry"))
    given = [
        Value(inside, value) if isinstance(value.type, ir.IntType | ir.DoubleType) else value
        for value in function.args
    ]
    branch(Scope(context, inside), *given)
    inside.ret_void()
    return function


class Family:
    """The branches that one call in a kernel can turn into, by their codes.

    Parameters
    ----------
    otherwise : callable
        Writes the branch of an unknown code; like all branches it is called with a ``Scope`` and the
        arguments of the call.
    """

    def __init__(self, otherwise: Branch) -> None:
        self.otherwise = otherwise
        self.branches: tuple[Branch, ...] = ()
        self.call = self._intrinsic()

    def fill(self, branches: Sequence[Branch]) -> None:
        """Set the branches; a branch's code is its position."""
        self.branches = tuple(branches)

    def _intrinsic(self) -> Any:
        family = self

        @intrinsic
        def choose(typingctx: Any, code: Any, arguments: Any) -> Any:
            if not family.branches:
                raise TypeError("no formulas are known yet: import engine.loops before compiling a kernel")

            def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
                scope = Scope(context, builder)
                given = [
                    scope.argument(kind, builder.extract_value(args[1], i))
                    for i, kind in enumerate(sig.args[1].types)
                ]
                end = builder.append_basic_block("chosen")
                default = builder.append_basic_block("unknown_code")
                switch = builder.switch(args[0], default)
                blocks = [(default, family.otherwise)]
                for number, branch in enumerate(family.branches):
                    block = builder.append_basic_block(f"code_{number}")
                    switch.add_case(args[0].type(number), block)
                    blocks.append((block, branch))
                for block, branch in blocks:
                    builder.position_at_end(block)
                    values = [
                        argument.value if isinstance(argument, Value) else argument for argument in given
                    ]
                    builder.call(_function(context, builder, branch, values, "formula"), values)
                    builder.branch(end)
                builder.position_at_end(end)
                return context.get_dummy_value()

            return types.void(types.int64, arguments), codegen

        return choose

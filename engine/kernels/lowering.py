"""Teach Numba the vector type and the operations of ``simd``.

LLVM lowers <16 x float> to one AVX-512 register, two AVX registers or four NEON or SSE registers, so one
source runs everywhere and the auto-vectoriser is never relied upon.

An operation reaches LLVM in two ways: Numba's front end meets it in a kernel, or a formula is called with
``Value`` symbols.  A formula is straight-line code, so calling it once notes all it does; that takes
microseconds where the front end takes a tenth of a second.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from engine.kernels import simd

if TYPE_CHECKING:
    from collections.abc import Callable

LANES = simd.LANES
FLOATS = ir.VectorType(ir.FloatType(), LANES)
INTEGERS = ir.VectorType(ir.IntType(32), LANES)
BITS = ir.VectorType(ir.IntType(1), LANES)
# No reassociation: the compensated steps of vectormath would be simplified away.
FLAGS = ("nsz", "contract")


class VectorType(types.Type):
    """16 lanes of float32."""

    def __init__(self) -> None:
        super().__init__(name="float32x16")


class MaskType(types.Type):
    """16 lanes of one bit."""

    def __init__(self) -> None:
        super().__init__(name="bool1x16")


vector = VectorType()
mask = MaskType()


_LOWERINGS: dict[Any, Callable[..., Any]] = {}  # of every operation, on lanes and float64 numbers
_WHOLE = {  # on indices
    operator.add: lambda builder, a, b: builder.add(a, b),
    operator.sub: lambda builder, a, b: builder.sub(a, b),
    operator.mul: lambda builder, a, b: builder.mul(a, b),
}


class Value(simd.Symbol):
    """A symbol that stands for an LLVM value: 16 lanes or a mask, a float64 number or its truth, an index.

    Where numbers meet lanes they stand for 16 equal ones.
    """

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder = builder
        self.value = value

    def apply(self, operation: Callable[..., Any], arguments: tuple[Any, ...]) -> Value:
        """Emit one operation."""
        kinds = {argument.value.type for argument in arguments if isinstance(argument, Value)}
        wide = FLOATS in kinds or BITS in kinds
        whole = ir.IntType(64) in kinds
        known = FLOATS if wide else ir.IntType(64) if whole else ir.DoubleType()
        values = [self._of(argument, known) for argument in arguments]
        lower = (_WHOLE if whole else _LOWERINGS)[operation]
        return Value(self.builder, lower(self.builder, *values))

    def _of(self, argument: Any, known: Any) -> Any:
        """Return an argument as an LLVM value; numbers take the type of what they meet."""
        if isinstance(argument, Value):
            wide = known == FLOATS and argument.value.type == ir.DoubleType()
            return lanes_of(self.builder, argument.value) if wide else argument.value
        return constant(argument) if known == FLOATS else ir.Constant(known, argument)


def lanes_of(builder: Any, number: Any) -> Any:
    """Return a float64 number in all lanes."""
    return _splat(builder, builder.fptrunc(number, ir.FloatType()))


def traced(formula: Callable[..., Any]) -> Callable[..., Any]:
    """Return the lowering of a formula: what it does with symbols."""

    def lower(builder: Any, *values: Any) -> Any:
        return formula(*(Value(builder, value) for value in values)).value

    return lower


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, FLOATS)


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, BITS)


def constant(value: float) -> ir.Constant:
    """Return a constant vector with one value in all lanes."""
    return ir.Constant(FLOATS, [float(value)] * LANES)


def _splat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(FLOATS, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        first, ir.Constant(FLOATS, ir.Undefined), ir.Constant(INTEGERS, [0] * LANES)
    )


def _lift(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Turn a number into a vector; leave vectors and masks as they are."""
    if isinstance(kind, VectorType | MaskType):
        return value
    return _splat(builder, context.cast(builder, value, kind, types.float32))


def define(
    function: Any,
    arity: int,
    lower: Callable[..., Any],
    result: types.Type = vector,
    first: types.Type | None = None,
) -> None:
    """Type and lower one operation of vectors and numbers, at least one of them a vector.

    ``first`` is the type of the first argument where it is not one of these.
    """
    mixtures = itertools.product(
        *([(first,)] if first else []), *[(vector, types.Number)] * (arity - bool(first))
    )
    allowed = [kinds for kinds in mixtures if first or vector in kinds]

    @infer_global(function)
    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            fits = (all(_is(a, k) for a, k in zip(args, kinds, strict=True)) for kinds in allowed)
            return signature(result, *args) if len(args) == arity and not kws and any(fits) else None

    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return lower(builder, *(_lift(context, builder, k, v) for k, v in zip(sig.args, args, strict=True)))

    for kinds in allowed:
        lower_builtin(function, *kinds)(lowered)
    _LOWERINGS[function] = lower


def _is(argument: Any, kind: Any) -> bool:
    return isinstance(argument, kind) if isinstance(kind, type) else argument == kind


def _arithmetic(name: str) -> Callable[..., Any]:
    return lambda builder, a, b: getattr(builder, name)(a, b, flags=FLAGS)


def _strict(name: str) -> Callable[..., Any]:
    return lambda builder, a, b: getattr(builder, name)(a, b)


def _comparison(sign: str) -> Callable[..., Any]:
    return lambda builder, a, b: builder.fcmp_ordered(sign, a, b)


def _pick(sign: str) -> Callable[..., Any]:
    # Unordered, so that a NaN in `a` is kept.
    return lambda builder, a, b: builder.select(builder.fcmp_unordered(sign, a, b), a, b)


def _llvm(name: str, result: Any = None) -> Callable[..., Any]:
    def lower(builder: Any, *args: Any) -> Any:
        suffix = "v16f32" if args[0].type == FLOATS else "f64"
        kind = ir.FunctionType(result or args[0].type, [arg.type for arg in args])
        return builder.call(builder.module.declare_intrinsic(f"llvm.{name}.{suffix}", (), kind), args)

    return lower


def _sign(builder: Any, x: Any) -> Any:
    one = builder.select(builder.fcmp_ordered(">", x, constant(0)), constant(1), x)
    return builder.select(builder.fcmp_ordered("<", x, constant(0)), constant(-1), one)


def _total(builder: Any, x: Any) -> Any:
    kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), FLOATS])
    add = builder.module.declare_intrinsic("llvm.vector.reduce.fadd.v16f32", (), kind)
    return builder.call(add, [ir.Constant(ir.FloatType(), -0.0), x], fastmath=("reassoc",))


for python_operator, instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    define(python_operator, 2, _arithmetic(instruction))
for python_operator, comparison in (
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.lt, "<"),
    (operator.eq, "=="),
):
    define(python_operator, 2, _comparison(comparison), mask)
_LOWERINGS[operator.pow] = _llvm("pow")  # of numbers alone
define(operator.neg, 1, lambda builder, x: builder.fneg(x))
define(simd.maximum, 2, _pick(">"))
define(simd.minimum, 2, _pick("<"))
define(simd.where, 3, lambda builder, condition, yes, no: builder.select(condition, yes, no), first=mask)
define(simd.fma, 3, _llvm("fmuladd"))
define(simd.absolute, 1, _llvm("fabs"))
define(simd.square_root, 1, _llvm("sqrt"))
define(simd.sign, 1, _sign)
define(simd.total, 1, _total, types.float32)
define(simd.largest, 1, _llvm("vector.reduce.fmax", ir.FloatType()), types.float32)


# Steps of vectormath that have no meaning outside it.


@simd.operation
def exact_sum(a: Any, b: Any) -> Any:
    """Add, never rearranged."""


@simd.operation
def exact_difference(a: Any, b: Any) -> Any:
    """Subtract, never rearranged."""


@simd.operation
def head(x: Any) -> Any:
    """Return x without the last 12 of its 24 digits: a product of two heads is exact."""


@simd.operation
def copy_sign(x: Any, y: Any) -> Any:
    """Return the magnitude of x with the sign of y."""


@simd.operation
def power_of_two(n: Any) -> Any:
    """2 to the whole number n, for -126 <= n <= 127, given as ``1.5 * 2**23 + 127 + n``."""


@simd.operation
def negate_odd(x: Any, n: Any) -> Any:
    """Return x, negated where the whole number n, given as ``1.5 * 2**23 + n``, is odd."""


@simd.operation
def exponent(x: Any) -> Any:
    """Return the binary exponent e of a positive normal x, where ``x = m * 2**e`` and ``1 <= m < 2``."""


@simd.operation
def mantissa(x: Any) -> Any:
    """Return the m of ``exponent``."""


def _whole(value: int) -> ir.Constant:
    return ir.Constant(INTEGERS, [value] * LANES)


def _head(builder: Any, x: Any) -> Any:
    return builder.bitcast(builder.and_(builder.bitcast(x, INTEGERS), _whole(0xFFFFF000)), FLOATS)


def _power_of_two(builder: Any, n: Any) -> Any:
    return builder.bitcast(builder.shl(builder.bitcast(n, INTEGERS), _whole(23)), FLOATS)


def _negate_odd(builder: Any, x: Any, n: Any) -> Any:
    flip = builder.shl(builder.bitcast(n, INTEGERS), _whole(31))
    return builder.bitcast(builder.xor(builder.bitcast(x, INTEGERS), flip), FLOATS)


def _exponent(builder: Any, x: Any) -> Any:
    bits = builder.lshr(builder.bitcast(x, INTEGERS), _whole(23))
    return builder.sitofp(builder.sub(bits, _whole(127)), FLOATS)


def _mantissa(builder: Any, x: Any) -> Any:
    bits = builder.and_(builder.bitcast(x, INTEGERS), _whole(0x007FFFFF))
    return builder.bitcast(builder.or_(bits, _whole(0x3F800000)), FLOATS)


define(exact_sum, 2, _strict("fadd"))
define(exact_difference, 2, _strict("fsub"))
define(head, 1, _head)
define(copy_sign, 2, _llvm("copysign"))
define(power_of_two, 1, _power_of_two)
define(negate_odd, 2, _negate_odd)
define(exponent, 1, _exponent)
define(mantissa, 1, _mantissa)


# Memory


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), FLOATS.as_pointer())


@infer_global(simd.splat)
class _SplatTemplate(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(vector, types.float32) if isinstance(args[0], types.Number) else None


@lower_builtin(simd.splat, types.float32)
def _lower_splat(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _splat(builder, args[0])


@infer_global(simd.load)
@infer_global(simd.broadcast)
class _LoadTemplate(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(vector, args[0], types.intp)


@lower_builtin(simd.load, types.Array, types.intp)
def _lower_load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    value = builder.load(_address(context, builder, sig.args[0], *args))
    value.align = 4
    return value


@lower_builtin(simd.broadcast, types.Array, types.intp)
def _lower_broadcast(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    # Not splat(array[index]): that would first ask whether the index counts from the end.
    data = context.make_array(sig.args[0])(context, builder, args[0]).data
    return _splat(builder, builder.load(builder.gep(data, [args[1]])))


@infer_global(simd.store)
class _StoreTemplate(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.void, args[0], types.intp, vector)


@lower_builtin(simd.store, types.Array, types.intp, VectorType)
def _lower_store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], _address(context, builder, sig.args[0], args[0], args[1])).align = 4
    return context.get_dummy_value()

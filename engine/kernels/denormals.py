"""Treat numbers below 1e-38 as zero while a kernel runs.

Gradients of a network that has learned its data sink below the normal range of float32, where every
operation costs a hundred times as much and no digit of them matters.
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

MACHINE = platform.machine().lower()
FLUSH_X86 = 0x8040  # of MXCSR: results to zero, and inputs as zero
FLUSH_ARM = 1 << 24  # of FPCR


@intrinsic
def _flush(typingctx: Any) -> Any:
    """Switch flushing on; return the state before, for ``_restore``."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        before = _read(builder)
        flush = FLUSH_ARM if MACHINE in ("aarch64", "arm64") else FLUSH_X86
        _write(builder, builder.or_(before, ir.Constant(before.type, flush)))
        return before

    return types.int64(), codegen


@intrinsic
def _restore(typingctx: Any, state: Any) -> Any:
    """Switch back to a state that ``_flush`` returned."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _write(builder, args[0])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


# Numba passes the typing context by itself, which its type hints do not say.
flush_denormals: Any = _flush
restore_denormals: Any = _restore


def _read(builder: Any) -> Any:
    whole, word = ir.IntType(64), ir.IntType(32)
    if MACHINE in ("aarch64", "arm64"):
        return builder.asm(ir.FunctionType(whole, []), "mrs $0, fpcr", "=r", [], True)
    if MACHINE in ("x86_64", "amd64"):
        place = cgutils.alloca_once(builder, word)
        _intrinsic(builder, "llvm.x86.sse.stmxcsr", place)
        return builder.zext(builder.load(place), whole)
    return ir.Constant(whole, 0)


def _write(builder: Any, state: Any) -> None:
    word = ir.IntType(32)
    if MACHINE in ("aarch64", "arm64"):
        builder.asm(ir.FunctionType(ir.VoidType(), [state.type]), "msr fpcr, $0", "r", [state], True)
    elif MACHINE in ("x86_64", "amd64"):
        place = cgutils.alloca_once(builder, word)
        builder.store(builder.trunc(state, word), place)
        _intrinsic(builder, "llvm.x86.sse.ldmxcsr", place)


def _intrinsic(builder: Any, name: str, place: Any) -> None:
    byte = ir.IntType(8).as_pointer()
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [byte]), name)
    builder.call(function, [builder.bitcast(place, byte)])

"""How Python with NumPy writes formulas, arrays and texts."""

from __future__ import annotations

import base64
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.entry import significant
from engine.files.export.expression import NUMBER, Expression, Notation, rebuilt
from engine.files.export.expression import number as constant
from engine.files.export.numbers import shortest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.files.export.portable import Portable

WIDTH = 100
MOST_NUMBERS = 50_000_000  # to import and to run such a file takes 15 s and 2 GB
READABLE = 200  # numbers of a tensor; more are not read by anyone, and written in base64

HELPERS = {
    "sigmoid": '''\
def sigmoid(x):
    """Return 1 / (1 + exp(-x)), written so that nothing overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
''',
    "softplus": '''\
def softplus(x):
    """Return log(1 + exp(x)), written so that nothing overflows."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
''',
    "power": '''\
def power(x, exponent):
    """Return x to the exponent for x >= 0, else NaN."""
    return np.where(x >= 0, np.power(np.abs(x), exponent), np.nan)
''',
    "erf": '''\
def erf(x):
    """Return the error function, which NumPy lacks."""
    return np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)
''',
    "normal_cdf": '''\
def normal_cdf(x):
    """Return the share of a standard normal distribution below x."""
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    return (0.5 * erfc(x * -math.sqrt(0.5))).astype(x.dtype)
''',
}

# What an array needs that is written in base64.
FLOATS = '''\
def floats(text, *shape):
    """Return the float32 numbers, little-endian, of a text in base64."""
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float32).reshape(shape)
'''

# The end of a module that trains on.
MAIN = """\
MODEL = network()

if __name__ == "__main__":
    main()
"""


def number(value: float) -> str:
    """Write a float64 so that it reads back the same; a whole number without its point."""
    if not np.isfinite(value):
        return "np.nan" if np.isnan(value) else ("np.inf" if value > 0 else "-np.inf")
    return str(int(value)) if value.is_integer() and abs(value) < 1e6 else repr(float(value))


NOTATION = Notation(
    templates={
        "pow": "np.power({0}, {1})",
        "where": "np.where({0}, {1}, {2})",
        "maximum": "np.maximum({0}, {1})",
        "minimum": "np.minimum({0}, {1})",
        "absolute": "np.abs({0})",
        "sign": "np.sign({0})",
        "square_root": "np.sqrt({0})",
        "exp": "np.exp({0})",
        "expm1": "np.expm1({0})",
        "log": "np.log({0})",
        "log1p": "np.log1p({0})",
        "tanh": "np.tanh({0})",
        "sine": "np.sin({0})",
        "cosine": "np.cos({0})",
        "tan": "np.tan({0})",
        **{name: f"{name}({{0}})" for name in HELPERS},
        "power": "power({0}, {1})",
    },
    number=number,
)


def folded(expression: Expression) -> Expression:
    """Return a formula of a feature with what is known of it computed.

    Python would refuse 1 / 0, and would make a complex number of the root of -1.
    """

    def change(node: Expression, arguments: tuple[Expression, ...]) -> Expression:
        if arguments and all(argument.operation == NUMBER for argument in arguments):
            return constant(_known(node.operation, [argument.value for argument in arguments]))
        return node.over(arguments)

    return rebuilt(expression, change)


_NUMPY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "pow": np.power,
    "neg": np.negative,
    "sine": np.sin,
    "cosine": np.cos,
    "absolute": np.abs,
    "square_root": np.sqrt,
}


def _known(operation: str, values: list[float]) -> float:
    function = _NUMPY.get(operation) or getattr(np, operation)
    with np.errstate(all="ignore"):
        return float(function(*map(np.float64, values)))


def docstring(text: str) -> str:
    """Return a text as it stands between three quotes."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def names_list(name: str, values: Sequence[str]) -> str:
    """Write an assignment of a tuple of texts."""
    return f"{name} = {_wrapped([repr(value) for value in values], '(', ')' if len(values) > 1 else ',)')}"


def names_block(network: Portable) -> list[str]:
    """Return the assignments of what inputs, outputs and classes are called."""
    lines = [names_list("INPUTS", network.input_names), names_list("OUTPUTS", network.output_names)]
    if network.data.classes:
        lines.append(names_list("CLASSES", network.data.classes))
    return lines


def predicted(network: Portable) -> str:
    """Return what the documentation of ``predict`` says that it returns."""
    if not network.data.classes:
        return "the values of OUTPUTS"
    several = len(network.output_names) > 1
    return "the probabilities of OUTPUTS" if several else "the probability of OUTPUTS[0]"


def example_row(network: Portable) -> str:
    """Return inputs from the middle of the data to call ``predict`` with, of very many the first."""
    inside = [significant(low + 0.6 * (high - low), 2) for low, high in network.data.extent[:10]]
    return ", ".join(map(number, inside)) + (", ..." if len(network.input_names) > 10 else "")


def loading(network: Portable, suffix: str) -> list[str]:
    """Return the lines that say how a file whose name has a second dot is loaded."""
    return [
        "Below, network stands for this file's own name.  To predict, from Python:",
        "",
        "    import runpy",
        f'    predict = runpy.run_path("network{suffix}")["predict"]',
        f"    predict([[{example_row(network)}]])",
        "",
        "A name with a second dot cannot be imported; renamed to network.py, the file can:",
        "",
        "    from network import predict",
        "",
    ]


def doubles(name: str, values: NDArray[np.float64]) -> str:
    """Write an assignment of a float64 array, (n,)."""
    return f"{name} = np.array({_wrapped([number(float(value)) for value in values], '[', ']')})"


def array(name: str, tensor: NDArray[np.float32]) -> str:
    """Write an assignment of a float32 array, (n,) or (n, m); of many numbers in base64."""
    if tensor.size > READABLE:
        text = base64.encodebytes(np.ascontiguousarray(tensor, "<f4").tobytes()).decode()
        return f'{name} = floats("""\n{text}""", {", ".join(map(str, tensor.shape))})'
    if tensor.ndim == 1:
        return f"{name} = np.array({_wrapped(_texts(tensor), '[', ']')}, np.float32)"
    rows = ",\n".join("    " + _wrapped(_texts(row), "[", "]", "    ") for row in tensor)
    return f"{name} = np.array([\n{rows},\n], np.float32)"


def _texts(row: NDArray[np.float32]) -> list[str]:
    return [text if text[-1].isdigit() else f"np.{text}".replace("np.-", "-np.") for text in shortest(row)]


def _wrapped(parts: list[str], left: str, right: str, indent: str = "") -> str:
    """Return parts between brackets, over several lines where they do not fit into one."""
    line = f"{left}{', '.join(parts)}{right}"
    if len(line) <= WIDTH - 20:
        return line
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > WIDTH - 6:
            lines.append("")
        lines[-1] += f" {part}," if lines[-1] else f"{part},"
    inner = "\n".join(f"{indent}    {line}" for line in lines)
    return f"{left}\n{inner}\n{indent}{right[-1]}"


def indented(lines: list[str], depth: int = 1) -> str:
    """Return lines of code so many levels deep."""
    text = "\n".join(lines)
    return "\n".join("    " * depth + line if line else "" for line in text.split("\n"))


def assigned(target: str, text: str) -> str:
    """Write an assignment of a formula, over several lines where it does not fit into one."""
    line = f"{target} = {text}"
    if len(line) <= WIDTH:
        return line
    inner = textwrap.fill(
        text, WIDTH, initial_indent="    ", subsequent_indent="    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return f"{target} = (\n{inner}\n)"

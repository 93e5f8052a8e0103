"""The optimizers' rules written out for one number, line by line as the catalog's formulas have them.

A rule that is missing here is shown by its catalog text, with the number before and after.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine.catalog import adam, adaptive, descent
from engine.walkthrough.notation import Formula, Piece, constant, fill
from engine.walkthrough.steps import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.catalog.optimizer import Rule

LETTERS = {
    "accumulated gradient": "v",
    "velocity": "v",
    "accumulated scaled gradient": "v",
    "mean gradient": "m",
    "mean squared gradient": "s",
    "sum of squared gradients": "s",
    "mean squared change": "d",
    "largest mean squared gradient": "smax",
    "1 - product of the momenta": "Q",
    "largest recent gradient": "u",
    "last gradient": "gold",
    "step size": "Δ",
}
SYMBOLS = {"smax": "s_{max}", "gold": "g_{old}", "longest": "ρ_{∞}"}


class Sheet:
    """Equations for one number, each of which may use what the ones before have found.

    Parameters
    ----------
    w : str
        The symbol of the number.
    values : dict
        What is known at first: w, g, and the slots by the letters of ``LETTERS``.
    chosen : dict
        The hyper-parameters, by their letters.
    """

    def __init__(self, w: str, values: dict[str, float], chosen: dict[str, float]) -> None:
        self.lines: list[Line] = []
        self.known: dict[str, float] = {**values, **chosen}
        self._symbols: dict[str, Piece | Formula] = {
            **{name: SYMBOLS.get(name, name) for name in self.known},
            "w": w,
        }
        self._numbers: dict[str, Piece | Formula] = {
            **values,
            **{name: constant(value) for name, value in chosen.items()},
        }

    def __getitem__(self, name: str) -> float:
        return self.known[name]

    def let(self, name: str, template: str, value: float, sign: str = "←", hint: str = "") -> None:
        """Write an equation, and let its name stand for the result from now on."""
        symbol = self._symbols.setdefault(name, SYMBOLS.get(name, name))
        assert isinstance(symbol, str)
        formula, numbers = fill(template, self._symbols), fill(template, self._numbers)
        self.lines.append(Line(symbol, formula, numbers, float(value), hint, (), sign))
        self.known[name] = self._numbers[name] = float(value)


Writer: TypeAlias = "Callable[[Sheet], None]"


def _sgd(s: Sheet) -> None:
    s.let("w", "{w} − {η} · {g}", s["w"] - s["η"] * s["g"])


def _momentum(s: Sheet) -> None:
    s.let("v", "{μ} · {v} + {g}", s["μ"] * s["v"] + s["g"])
    s.let("w", "{w} − {η} · {v}", s["w"] - s["η"] * s["v"])


def _nesterov(s: Sheet) -> None:
    s.let("v", "{μ} · {v} + {g}", s["μ"] * s["v"] + s["g"])
    s.let("w", "{w} − {η} · ({g} + {μ} · {v})", s["w"] - s["η"] * (s["g"] + s["μ"] * s["v"]))


def _velocity(s: Sheet) -> None:
    s.let("v", "{μ} · {v} − {η} · {g}", s["μ"] * s["v"] - s["η"] * s["g"])
    s.let("w", "{w} + {v}", s["w"] + s["v"])


def _velocity_nesterov(s: Sheet) -> None:
    s.let("v", "{μ} · {v} − {η} · {g}", s["μ"] * s["v"] - s["η"] * s["g"])
    s.let("w", "{w} + {μ} · {v} − {η} · {g}", s["w"] + s["μ"] * s["v"] - s["η"] * s["g"])


def _means(s: Sheet) -> None:
    s.let("m", "{β₁} · {m} + (1 − {β₁}) · {g}", s["β₁"] * s["m"] + (1 - s["β₁"]) * s["g"])
    s.let("s", "{β₂} · {s} + (1 − {β₂}) · {g}²", s["β₂"] * s["s"] + (1 - s["β₂"]) * s["g"] ** 2)


def _unbiased_mean(s: Sheet) -> None:
    s.let("m′", "{m} / (1 − {β₁}^{{{t}}})", s["m"] / (1 - s["β₁"] ** s["t"]), "=")


def _adam(s: Sheet, square: str = "s") -> None:
    _unbiased_mean(s)
    s.let("s′", f"{{{square}}} / (1 − {{β₂}}^{{{{{{t}}}}}})", s[square] / (1 - s["β₂"] ** s["t"]), "=")
    after = s["w"] - s["η"] * s["m′"] / (math.sqrt(s["s′"]) + s["ε"])
    s.let("w", "{w} − {η} · {m′} / (√{s′} + {ε})", after)


def _plain_adam(s: Sheet) -> None:
    _means(s)
    _adam(s)


def _adamw(s: Sheet) -> None:
    _means(s)
    s.let("w", "(1 − {η} · {λ}) · {w}", (1 - s["η"] * s["λ"]) * s["w"])
    _adam(s)


def _amsgrad(s: Sheet) -> None:
    _means(s)
    s.let("smax", "max({smax}, {s})", max(s["smax"], s["s"]))
    _adam(s, "smax")


def _nadam(s: Sheet) -> None:
    _means(s)
    t, decay = s["t"], s["ψ"]
    s.let("μ", "{β₁} · (1 − ½ · 0.96^{{{t} · {ψ}}})", s["β₁"] * (1 - 0.5 * 0.96 ** (t * decay)), "=")
    s.let(
        "μ′",
        "{β₁} · (1 − ½ · 0.96^{{({t} + 1) · {ψ}}})",
        s["β₁"] * (1 - 0.5 * 0.96 ** ((t + 1) * decay)),
        "=",
    )
    s.let("Q", "{Q} · {μ} + 1 − {μ}", s["Q"] * s["μ"] + 1 - s["μ"])
    ahead = (1 - s["μ"]) * s["g"] / s["Q"] + s["μ′"] * s["m"] / (s["Q"] * s["μ′"] + 1 - s["μ′"])
    s.let("n", "(1 − {μ}) · {g} / {Q} + {μ′} · {m} / ({Q} · {μ′} + 1 − {μ′})", ahead, "=")
    s.let("s′", "{s} / (1 − {β₂}^{{{t}}})", s["s"] / (1 - s["β₂"] ** t), "=")
    s.let("w", "{w} − {η} · {n} / (√{s′} + {ε})", s["w"] - s["η"] * ahead / (math.sqrt(s["s′"]) + s["ε"]))


def _radam(s: Sheet) -> None:
    _means(s)
    _unbiased_mean(s)
    t, beta = s["t"], s["β₂"]
    known = 1 - beta**t
    s.let("longest", "2 / (1 − {β₂}) − 1", 2 / (1 - beta) - 1, "=")
    length = s["longest"] - 2 * t * beta**t / known
    s.let("ρ", "{longest} − 2 · {t} · {β₂}^{{{t}}} / (1 − {β₂}^{{{t}}})", length, "=")
    if length <= 5:  # so few gradients tell nothing of their size
        s.let("w", "{w} − {η} · {m′}", s["w"] - s["η"] * s["m′"], hint="ρ ≤ 5: a step of momentum alone")
        return
    a, b = length, s["longest"]
    rectified = math.sqrt((a - 4) * (a - 2) * b / ((b - 4) * (b - 2) * a))
    s.let(
        "r",
        "√(({ρ} − 4) · ({ρ} − 2) · {longest} / (({longest} − 4) · ({longest} − 2) · {ρ}))",
        rectified,
        "=",
    )
    after = s["w"] - s["η"] * rectified * s["m′"] * math.sqrt(known) / (math.sqrt(s["s"]) + s["ε"])
    s.let("w", "{w} − {η} · {r} · {m′} · √(1 − {β₂}^{{{t}}}) / (√{s} + {ε})", after)


def _adamax(s: Sheet) -> None:
    s.let("m", "{β₁} · {m} + (1 − {β₁}) · {g}", s["β₁"] * s["m"] + (1 - s["β₁"]) * s["g"])
    s.let("u", "max({β₂} · {u}, |{g}| + {ε})", max(abs(s["g"]) + s["ε"], s["β₂"] * s["u"]))
    _unbiased_mean(s)
    s.let("w", "{w} − {η} · {m′} / {u}", s["w"] - s["η"] * s["m′"] / s["u"])


def _adagrad(s: Sheet) -> None:
    s.let("s", "{s} + {g}²", s["s"] + s["g"] ** 2)
    s.let("w", "{w} − {η} · {g} / (√{s} + {ε})", s["w"] - s["η"] * s["g"] / (math.sqrt(s["s"]) + s["ε"]))


def _adadelta(s: Sheet) -> None:
    s.let("s", "{ρ} · {s} + (1 − {ρ}) · {g}²", s["ρ"] * s["s"] + (1 - s["ρ"]) * s["g"] ** 2)
    change = s["g"] * math.sqrt(s["d"] + s["ε"]) / math.sqrt(s["s"] + s["ε"])
    s.let("Δ", "{g} · √({d} + {ε}) / √({s} + {ε})", change, "=")
    s.let("d", "{ρ} · {d} + (1 − {ρ}) · {Δ}²", s["ρ"] * s["d"] + (1 - s["ρ"]) * change**2)
    s.let("w", "{w} − {η} · {Δ}", s["w"] - s["η"] * change)


def _rmsprop(s: Sheet, centered: bool = False, momentum: bool = False) -> None:
    s.let("s", "{α} · {s} + (1 − {α}) · {g}²", s["α"] * s["s"] + (1 - s["α"]) * s["g"] ** 2)
    root, size = "√{s}", s["s"]
    if centered:
        s.let("m", "{α} · {m} + (1 − {α}) · {g}", s["α"] * s["m"] + (1 - s["α"]) * s["g"])
        root, size = "√({s} − {m}²)", max(s["s"] - s["m"] ** 2, 0.0)
    share = s["g"] / (math.sqrt(size) + s["ε"])
    if not momentum:
        s.let("w", f"{{w}} − {{η}} · {{g}} / ({root} + {{ε}})", s["w"] - s["η"] * share)
        return
    s.let("v", f"{{μ}} · {{v}} + {{g}} / ({root} + {{ε}})", s["μ"] * s["v"] + share)
    s.let("w", "{w} − {η} · {v}", s["w"] - s["η"] * s["v"])


def _rmsprop_momentum(s: Sheet) -> None:
    _rmsprop(s, momentum=True)


def _rmsprop_centered(s: Sheet) -> None:
    _rmsprop(s, centered=True)


def _rmsprop_both(s: Sheet) -> None:
    _rmsprop(s, centered=True, momentum=True)


def _lion(s: Sheet) -> None:
    direction = float(np.sign(s["β₁"] * s["m"] + (1 - s["β₁"]) * s["g"]))
    s.let("c", "sign({β₁} · {m} + (1 − {β₁}) · {g})", direction, "=")
    s.let("w", "{w} − {η} · ({c} + {λ} · {w})", s["w"] - s["η"] * (direction + s["λ"] * s["w"]))
    s.let("m", "{β₂} · {m} + (1 − {β₂}) · {g}", s["β₂"] * s["m"] + (1 - s["β₂"]) * s["g"])


def _rprop(s: Sheet) -> None:
    turned = float(np.sign(s["g"]) * np.sign(s["gold"]))
    size = s["Δ"] if s["Δ"] > 0 else s["η"]
    start = "{Δ}" if s["Δ"] > 0 else "{η}"
    factor = {1.0: " · {η₊}", -1.0: " · {η₋}"}.get(turned, "")
    size *= {1.0: s["η₊"], -1.0: s["η₋"]}.get(turned, 1.0)
    size = min(max(size, s["smallest"]), s["largest"])
    s.let("Δ", f"{start}{factor}, between {{smallest}} and {{largest}}", size)
    if turned < 0:
        s.let("g", "0, since its sign has turned", 0.0)
    s.let("w", "{w} − {Δ} · sign({g})", s["w"] - size * float(np.sign(s["g"])))
    s.let("gold", "{g}", s["g"])


WRITERS: dict[Rule, Writer] = {
    descent.SGD_RULE: _sgd,
    descent.MOMENTUM_RULE: _momentum,
    descent.NESTEROV_RULE: _nesterov,
    descent.VELOCITY_RULE: _velocity,
    descent.VELOCITY_NESTEROV_RULE: _velocity_nesterov,
    descent.LION_RULE: _lion,
    descent.RPROP_RULE: _rprop,
    adam.ADAM_RULE: _plain_adam,
    adam.ADAMW_RULE: _adamw,
    adam.AMSGRAD_RULE: _amsgrad,
    adam.NADAM_RULE: _nadam,
    adam.RADAM_RULE: _radam,
    adam.ADAMAX_RULE: _adamax,
    adaptive.ADAGRAD_RULE: _adagrad,
    adaptive.ADADELTA_RULE: _adadelta,
    adaptive.RMSPROP_RULE: _rmsprop,
    adaptive.RMSPROP_MOMENTUM_RULE: _rmsprop_momentum,
    adaptive.RMSPROP_CENTERED_RULE: _rmsprop_centered,
    adaptive.RMSPROP_CENTERED_MOMENTUM_RULE: _rmsprop_both,
}

# What the hyper-parameters are called in the rules.
NAMES = {
    "learning_rate": "η",
    "momentum": "μ",
    "beta1": "β₁",
    "beta2": "β₂",
    "epsilon": "ε",
    "weight_decay": "λ",
    "momentum_decay": "ψ",
    "rho": "ρ",
    "alpha": "α",
    "eta_plus": "η₊",
    "eta_minus": "η₋",
    "smallest_step": "smallest",
    "largest_step": "largest",
}

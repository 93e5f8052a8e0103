"""The optimizer of a PyTorch file with its memory: from torch.optim, or written out where it is not there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.optimizers import Sgd
from engine.files.export.python_text import docstring, indented
from engine.files.export.rule_text import class_name, rule_text, slot_names
from engine.files.export.torch_text import SCALARS, TENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.files.export.portable import Portable
    from engine.floats import Floats

ADAM_NUMBERS = "lr=LEARNING_RATE, betas=({beta1!r}, {beta2!r}), eps={epsilon!r}"
ADAM_STATE = {"mean gradient": "exp_avg", "mean squared gradient": "exp_avg_sq"}
MOMENTA = "1 - product of the momenta"


@dataclass(frozen=True)
class Counterpart:
    """An optimizer of PyTorch.

    Parameters
    ----------
    call : str
        What makes it, with the entry's fields in braces.
    state : mapping
        Its names of what the rule remembers.
    counts : bool
        Whether it counts its steps.
    """

    call: str
    state: Mapping[str, str] = field(default_factory=dict)
    counts: bool = True


COUNTERPARTS = {
    "sgd": Counterpart(
        "SGD(parameters, lr=LEARNING_RATE, momentum={momentum!r}, nesterov={nesterov!r})",
        {"accumulated gradient": "momentum_buffer"},
        counts=False,
    ),
    "adagrad": Counterpart(
        "Adagrad(parameters, lr=LEARNING_RATE, eps={epsilon!r})", {"sum of squared gradients": "sum"}
    ),
    "adadelta": Counterpart(
        "Adadelta(parameters, lr=LEARNING_RATE, rho={rho!r}, eps={epsilon!r})",
        {"mean squared gradient": "square_avg", "mean squared change": "acc_delta"},
    ),
    "rmsprop": Counterpart(
        "RMSprop(\n    parameters, lr=LEARNING_RATE, alpha={alpha!r}, eps={epsilon!r}, "
        "momentum={momentum!r}, centered={centered!r}\n)",
        {
            "mean squared gradient": "square_avg",
            "mean gradient": "grad_avg",
            "accumulated scaled gradient": "momentum_buffer",
        },
    ),
    "adam": Counterpart(f"Adam(parameters, {ADAM_NUMBERS})", ADAM_STATE),
    "adamw": Counterpart(
        f"AdamW(\n    parameters, {ADAM_NUMBERS},\n    weight_decay={{weight_decay!r}},\n)", ADAM_STATE
    ),
    "amsgrad": Counterpart(
        f"Adam(parameters, {ADAM_NUMBERS}, amsgrad=True)",
        {**ADAM_STATE, "largest mean squared gradient": "max_exp_avg_sq"},
    ),
    "nadam": Counterpart(
        f"NAdam(\n    parameters, {ADAM_NUMBERS},\n    momentum_decay={{momentum_decay!r}},\n)",
        {**ADAM_STATE, MOMENTA: "mu_product"},
    ),
    "radam": Counterpart(f"RAdam(parameters, {ADAM_NUMBERS})", ADAM_STATE),
    "adamax": Counterpart(
        f"Adamax(parameters, {ADAM_NUMBERS})",
        {"mean gradient": "exp_avg", "largest recent gradient": "exp_inf"},
    ),
    "rprop": Counterpart(
        "Rprop(\n    parameters, lr=LEARNING_RATE, etas=({eta_minus!r}, {eta_plus!r}),\n"
        "    step_sizes=({smallest_step!r}, {largest_step!r}),\n)",
        {"last gradient": "prev", "step size": "step_size"},
    ),
    # At most 26 evaluations: one at the start; the rest is how long a line search may go on.
    "lbfgs": Counterpart(
        "LBFGS(\n    parameters, lr=LEARNING_RATE, history_size={history_size!r}, max_iter=1, max_eval=26,\n"
        '    line_search_fn="strong_wolfe",\n)',
        counts=False,
    ),
}


def counterpart(network: Portable) -> Counterpart | None:
    """Return the optimizer of PyTorch that computes the same, None where there is none."""
    entry = network.experiment.training.optimizer
    if isinstance(entry, Sgd) and entry.momentum and entry.form == "velocity":
        return None
    momenta = network.optimizer_state.get(MOMENTA, ())
    if any(np.ptp(array) > 0 for layer in momenta for array in layer.values()):
        return None  # weights that were edited: PyTorch has one product for all of a tensor
    return COUNTERPARTS.get(entry.kind)


def call_text(network: Portable) -> str:
    """Return the call that makes the optimizer."""
    entry = network.experiment.training.optimizer
    found = counterpart(network)
    if found is None:
        return f"{class_name(entry)}(parameters, lr=LEARNING_RATE)"
    numbers = dict(entry)
    if entry.kind == "sgd":
        numbers["nesterov"] = numbers["nesterov"] and numbers["momentum"] > 0  # else PyTorch refuses it
    return f"torch.optim.{found.call.format(**numbers)}"


def memory_of(network: Portable) -> dict[str, Floats]:
    """Return what the optimizer remembers, by its own names: one number a parameter, in their order."""
    if not network.step:
        return {}
    if network.curvature is not None:
        return _curvature(network)
    entry, found = network.experiment.training.optimizer, counterpart(network)
    names = found.state if found else dict(zip(entry.rule.slots, slot_names(entry), strict=True))
    flat = {names[slot]: _flat(layers) for slot, layers in network.optimizer_state.items()}
    if "mu_product" in flat and found:
        flat["mu_product"] = 1 - flat["mu_product"]
    if "step_size" in flat and found:  # of edited weights 0: they begin anew
        rate = np.float32(entry.learning_rate * _rate_factor(network))
        flat["step_size"] = np.where(flat["step_size"] > 0, flat["step_size"], rate)
    return flat


def vectors_remembered(network: Portable) -> int:
    """Return how many numbers a parameter `memory_of` has, without making them."""
    if not network.step:
        return 0
    if network.curvature is not None:
        return 2 + 2 * len(network.curvature.steps)
    return len(network.optimizer_state)


def _curvature(network: Portable) -> dict[str, Floats]:
    """Return what L-BFGS remembers, by PyTorch's names."""
    found = network.curvature
    assert found is not None
    now = [
        {name: layer.tensors[name] for name in kept}
        for layer, kept in zip(network.layers, found.gradient, strict=True)
    ]
    moved = _flat(now) - _flat(found.parameters)
    memory = {"prev_flat_grad": _flat(found.gradient), "d": moved}
    if found.steps:
        memory["old_stps"] = np.array([_flat(layers) for layers in found.steps])
        memory["old_dirs"] = np.array([_flat(layers) for layers in found.turns])
    return memory


def _rate_factor(network: Portable) -> float:
    factor = float(network.experiment.training.schedule.factor([network.epoch])[0])
    return factor * (network.plateau.factor if network.plateau else 1.0)


def _flat(layers: Sequence[Mapping[str, Floats]]) -> Floats:
    return np.concatenate([array.ravel() for layer in layers for array in layer.values()])


def optimizer_class(network: Portable) -> str:
    """Return the class of an optimizer that PyTorch does not have; empty where it has."""
    if counterpart(network) is not None:
        return ""
    entry = network.experiment.training.optimizer
    rule = rule_text(entry, SCALARS, TENSORS)
    body = [
        "g, state = w.grad, self.state[w]",
        *(['step = state["step"] = state.get("step", 0) + 1'] if rule.counts else []),
        *(f'{slot} = state.get("{slot}", torch.zeros_like(w))' for slot in rule.slots),
        *rule.lines,
        *(f'state["{slot}"] = new_{slot}' for slot in rule.slots),
        "w.copy_(new)",
    ]
    return f'''\
class {class_name(entry)}(torch.optim.Optimizer):
    """{docstring(entry.label)}, as Unfold computes it and PyTorch does not: {docstring(entry.source)}."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {{"lr": lr}})

    @torch.no_grad()
    def step(self):
        """Change every parameter once."""
        for group in self.param_groups:
            learning_rate = group["lr"]
            for w in group["params"]:
                if w.grad is None:
                    continue
{indented(body, 4)}
'''


_CURVED = [
    'pairs = list(zip(torch.tensor(MEMORY["old_stps"]), torch.tensor(MEMORY["old_dirs"])))',
    "state = optimizer.state[parameters[0]]",
    'state["old_stps"], state["old_dirs"] = [s for s, y in pairs], [y for s, y in pairs]',
    'state["ro"] = [1 / y.dot(s) for s, y in pairs]',
    'state["H_diag"] = 1 / state["ro"][-1] / pairs[-1][1].square().sum() if pairs else 1',
    'state["prev_flat_grad"] = torch.tensor(MEMORY["prev_flat_grad"])',
    'state["d"], state["t"] = torch.tensor(MEMORY["d"]), 1.0  # the last step',
    'state["n_iter"] = STEP',
]


def begin_lines(network: Portable) -> list[str]:
    """Return the statements that make the optimizer and give it its memory back."""
    found, memory = counterpart(network), memory_of(network)
    call = call_text(network).splitlines()
    lines = [f"optimizer = {call[0]}", *call[1:]]
    if network.curvature is not None:
        pairs = [] if network.curvature.steps else ["pairs = []"]
        return [*lines, *pairs, *_CURVED[len(pairs) :]]
    counts = network.step and (found.counts if found else True)
    step = "torch.tensor(float(STEP))" if found else "STEP"
    if memory:
        part = "part.reshape(p.shape)"
        if "mu_product" in memory and found:
            part = f'part[0] if name == "mu_product" else {part}'
        lines += [
            "sizes = [p.numel() for p in parameters]",
            "for name, numbers in MEMORY.items():",
            "    for p, part in zip(parameters, torch.tensor(numbers).split(sizes)):",
            f"        optimizer.state[p][name] = {part}",
        ]
    if counts:
        lines += ["for p in parameters:", f'    optimizer.state[p]["step"] = {step}']
    return lines

"""Unfold, PyTorch and JAX at the same work; whoever is not installed is left out."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.work import Parameters, Work

# Before JAX is imported: one thread, as for everyone.
XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


@dataclass(frozen=True)
class Contender:
    """Someone at a piece of work: trains so many epochs, and shows where it has got."""

    train: Callable[[int], None]
    parameters: Callable[[], Parameters]


def unfold(work: Work) -> Contender:
    """Train with this program's ``Trainer``."""
    from engine import Experiment, Trainer
    from engine.data import prepare

    layers = [{"units": units, "activation": work.activation} for units in work.widths[1:-1]]
    experiment = Experiment.parse(
        {
            "data": {"kind": "reg_plane", "samples": 10},
            "network": {"layers": layers},
            "training": {
                "loss": "mse",
                "optimizer": work.optimizer,
                "batch_size": work.batch,
                "shuffle": False,
            },
        }
    )
    inputs, targets = work.data()
    data = dataclasses.replace(
        prepare(experiment.data, experiment.features, 0),
        train_features=inputs,
        train_targets=targets,
        outputs=work.widths[-1],
    )
    trainer = Trainer(experiment, data=data)
    trainer.set_parameters(work.parameters())

    def train(epochs: int) -> None:
        assert trainer.advance(epochs=epochs), trainer.diverged

    return Contender(train, lambda: trainer.parameters)


def pytorch(work: Work) -> Contender:
    """Train as PyTorch's tutorials do, the batches cut beforehand."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    function = {"tanh": nn.Tanh, "relu": nn.ReLU}[work.activation]
    modules: list[nn.Module] = []
    for inputs, outputs in zip(work.widths[:-1], work.widths[1:], strict=True):
        modules += [nn.Linear(inputs, outputs), function()]
    model = nn.Sequential(*modules[:-1])
    linears = [module for module in model if isinstance(module, nn.Linear)]
    with torch.no_grad():
        for linear, (weight, bias) in zip(linears, work.parameters(), strict=True):
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
    settings = {"lr" if key == "learning_rate" else key: value for key, value in work.optimizer.items()}
    kinds = {
        "sgd": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "amsgrad": functools.partial(torch.optim.Adam, amsgrad=True),
        "nadam": torch.optim.NAdam,
        "radam": torch.optim.RAdam,
        "adamax": torch.optim.Adamax,
        "rprop": torch.optim.Rprop,
    }
    optimizer = kinds[settings.pop("kind")](model.parameters(), **settings)
    loss = nn.MSELoss()
    batches = list(zip(*(torch.from_numpy(array).split(work.batch) for array in work.data()), strict=True))

    def train(epochs: int) -> None:
        for _ in range(epochs):
            for inputs, targets in batches:
                optimizer.zero_grad()
                loss(model(inputs), targets).backward()
                optimizer.step()

    return Contender(
        train, lambda: [(linear.weight.detach().numpy(), linear.bias.detach().numpy()) for linear in linears]
    )


def jax(work: Work) -> Contender:
    """Train a whole epoch in one compiled call, plain SGD only."""
    os.environ.setdefault("XLA_FLAGS", XLA_FLAGS)
    import jax
    import jax.numpy as jnp

    function = {"tanh": jnp.tanh, "relu": jax.nn.relu}[work.activation]
    assert set(work.optimizer) == {"kind", "learning_rate"}
    rate = work.optimizer["learning_rate"]
    batches = tuple(jnp.asarray(array.reshape(-1, work.batch, array.shape[1])) for array in work.data())

    def loss(parameters: Any, inputs: Any, targets: Any) -> Any:
        *hidden, (weight, bias) = parameters
        for kernel, shift in hidden:
            inputs = function(inputs @ kernel + shift)
        return jnp.mean((inputs @ weight + bias - targets) ** 2)

    def step(parameters: Any, batch: Any) -> Any:
        gradient = jax.grad(loss)(parameters, *batch)
        return jax.tree.map(lambda value, slope: value - rate * slope, parameters, gradient), None

    # Donated, so that the parameters are updated in place; that makes it up to 4 % faster.
    epoch = jax.jit(lambda parameters, batches: jax.lax.scan(step, parameters, batches)[0], donate_argnums=0)
    state = [(jnp.asarray(weight.T), jnp.asarray(bias)) for weight, bias in work.parameters()]

    def train(epochs: int) -> None:
        nonlocal state
        for _ in range(epochs):
            state = epoch(state, batches)
        jax.block_until_ready(state)

    return Contender(train, lambda: [(np.asarray(kernel).T, np.asarray(bias)) for kernel, bias in state])


PEERS = {"Unfold": unfold, "PyTorch": pytorch, "JAX": jax}
_MODULES = {"PyTorch": "torch", "JAX": "jax"}


def missing() -> list[str]:
    """Return the peers that are not installed."""
    return [name for name, module in _MODULES.items() if importlib.util.find_spec(module) is None]


def contenders(work: Work, names: tuple[str, ...] = tuple(PEERS)) -> dict[str, Contender]:
    """Put everyone who is there to the work, and check on three epochs that they do the same.

    Raises
    ------
    ValueError
        Where someone ends elsewhere than Unfold.
    """
    absent = missing()
    found = {name: PEERS[name](work) for name in names if name not in absent}
    ends = {}
    for name, contender in found.items():
        contender.train(3)
        ends[name] = np.concatenate([part.ravel() for layer in contender.parameters() for part in layer])
    for name, end in ends.items():
        distance = np.linalg.norm(end - ends["Unfold"]) / np.linalg.norm(end)
        if not distance < 1e-3:
            raise ValueError(f"{name} does other work than Unfold at {work.name}: {distance:.1e} apart")
    return found

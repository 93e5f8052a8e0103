"""The part of a PyTorch file that goes on with the training: data, schedule, steps, and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.catalog.schedules import Plateau
from engine.files.export.python_text import indented
from engine.files.export.rows_text import weights_of_classes, with_tables
from engine.files.export.schedule_text import factor_block
from engine.files.export.torch_losses import loss_block
from engine.files.export.torch_optimizers import begin_lines, optimizer_class
from engine.files.export.torch_steps import described_layers, step_block
from engine.program import batch_rows

if TYPE_CHECKING:
    from engine.files.export.portable import Portable


def training_blocks(network: Portable, embeds: bool) -> list[str]:
    """Return the functions that train, in their order."""
    written = optimizer_class(network)
    return [
        loss_block(network),
        *([written] if written else []),
        _optimizer(network),
        factor_block(network.experiment.training.schedule),
        step_block(network),
        _train(network),
        with_tables(_MAIN, embeds),
    ]


def constants(network: Portable) -> list[str]:
    """Return the settings of a run."""
    training = network.experiment.training
    plateau = network.plateau
    return [
        f"EPOCH, STEP = {network.epoch}, {network.step}  # how far it has been trained",
        f"LEARNING_RATE = {training.optimizer.learning_rate!r}",
        f"BATCH = {batch_rows(network.experiment, len(network.data.train_targets))}  # rows of a step",
        f"SHUFFLE = {training.shuffle}",
        *(
            [f"PLATEAU = {{'best': {_infinite(plateau.best)}, 'bad_epochs': {plateau.bad_epochs}, "
             f"'factor': {plateau.factor!r}}}".replace("'", '"')]
            if plateau
            else []
        ),
    ]  # fmt: skip


def _infinite(value: float) -> str:
    return repr(value) if np.isfinite(value) else f"float('{value}')"


def _optimizer(network: Portable) -> str:
    return f'''\
def optimizer_of(model):
    """Return the optimizer, with what it remembers."""
    parameters = list(model.parameters())
{indented([*begin_lines(network), "return optimizer"])}
'''


def _train(network: Portable) -> str:
    described = described_layers(network)
    freeze = [f"model.layers[{i}].requires_grad_(False)" for i, spec in enumerate(described) if spec.frozen]
    plateau = isinstance(network.experiment.training.schedule, Plateau)
    note = ["note(plateau, total / weight)"] if plateau else []
    rate = 'LEARNING_RATE * factor(epoch) * plateau["factor"]' if plateau else "LEARNING_RATE * factor(epoch)"
    weigh = "batch[2].sum().item()" if weights_of_classes(network) else "len(batch[0])"
    noted = ""
    if plateau:
        schedule = network.experiment.training.schedule
        assert isinstance(schedule, Plateau)
        noted = f'''\
def note(state, loss):
    """Lower the learning rate where the loss of an epoch has not been better for long."""
    if loss < state["best"] * (1 - math.copysign({schedule.threshold!r}, state["best"])):
        state["best"], state["bad_epochs"] = loss, 0
    else:
        state["bad_epochs"] += 1
    if state["bad_epochs"] > {schedule.patience}:
        state["factor"] *= {schedule.gamma!r}
        state["bad_epochs"] = 0


'''
    counted = [
        "loss = step(model, optimizer, *batch)",
        f"total, weight = total + loss * {weigh}, weight + {weigh}",
    ]
    setup = "total = weight = 0" if plateau else ""
    body = counted if plateau else ["step(model, optimizer, *batch)"]
    lines = [
        'model, rows = network().train(), rows_of("train")',
        *freeze,
        "optimizer = optimizer_of(model)",
        *(["plateau = dict(PLATEAU)"] if plateau else []),
        "for epoch in range(EPOCH, EPOCH + epochs):",
        "    for group in optimizer.param_groups:",
        f'        group["lr"] = {rate}',
        "    order = torch.randperm(len(rows[0])) if SHUFFLE else torch.arange(len(rows[0]))",
        *([f"    {setup}"] if setup else []),
        "    for places in order.split(BATCH):",
        "        batch = [numbers[places] for numbers in rows]",
        *(f"        {line}" for line in body),
        *(f"    {line}" for line in note),
        "    told(epoch + 1, model)",
        "return model.eval()",
    ]
    return f'''\
{noted}def train(epochs, told=lambda epoch, model: None):
    """Return the network after so many more epochs; told is called after each."""
{indented(lines)}


@torch.no_grad()
def tell(epoch, model):
    """Print the losses without dropout and noise."""
    model.eval()
    losses = [f"{{part}} {{loss_of(model, *rows_of(part)).item():.6g}}" for part in DATA]
    print(f"epoch {{epoch}}: " + ", ".join(losses), flush=True)
    model.train()
'''


_MAIN = """\
def main():
    parser = argparse.ArgumentParser(description="Go on with the training of this network.")
    parser.add_argument("--epochs", type=int, default=10, help="how many more (10)")
    parser.add_argument("--seed", type=int, help="of the order of the rows, dropout and noise")
    parser.add_argument("--save", help="where to write the trained state_dict: a .pt or .safetensors file")
{more}    arguments = parser.parse_args()
{given}    if arguments.seed is not None:
        torch.manual_seed(arguments.seed)
    tell(EPOCH, network())
    model = train(arguments.epochs, tell)
    if arguments.save and arguments.save.endswith(".safetensors"):
        from safetensors.torch import save_file

        tensors = {{name: t for name, t in model.state_dict().items() if t.is_floating_point()}}
        save_file(tensors, arguments.save)
    elif arguments.save:
        torch.save(model.state_dict(), arguments.save)
"""

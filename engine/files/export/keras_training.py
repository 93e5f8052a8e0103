"""The part of a Keras file that trains on: the schedule, a call of ``fit``, and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.schedules import Constant, Plateau
from engine.files.export.keras_compile import compile_blocks
from engine.files.export.keras_model import penalty_text
from engine.files.export.python_text import indented
from engine.files.export.rows_text import weights_of_classes, with_tables
from engine.files.export.schedule_text import factor_block
from engine.program import batch_rows

if TYPE_CHECKING:
    from engine.files.export.portable import Portable


def training_blocks(network: Portable, embeds: bool) -> list[str]:
    """Return the functions that train, in their order."""
    return [
        *compile_blocks(network),
        *([factor_block(network.experiment.training.schedule)] if _is_scheduled(network) else []),
        _train(network),
        with_tables(_MAIN, embeds),
    ]


def constants(network: Portable) -> list[str]:
    """Return the settings of a run."""
    training = network.experiment.training
    rate = training.optimizer.learning_rate * (network.plateau.factor if network.plateau else 1.0)
    penalty = penalty_text(training.regularizer.rates())
    return [
        f"EPOCH = {network.epoch}  # how far it has been trained",
        f"LEARNING_RATE = {0.001 if training.optimizer.full_batch else rate!r}",
        f"BATCH = {batch_rows(network.experiment, len(network.data.train_targets))}  # rows of a step",
        *([f"PENALTY = {penalty}"] if penalty else []),
    ]


def _is_scheduled(network: Portable) -> bool:
    """Tell whether the learning rate is a function of the epoch."""
    schedule = network.experiment.training.schedule
    return not isinstance(schedule, Plateau) and bool(schedule.warmup or not isinstance(schedule, Constant))


def _train(network: Portable) -> str:
    training = network.experiment.training
    callbacks = []
    schedule = training.schedule
    if isinstance(schedule, Plateau):
        numbers = f"{schedule.gamma!r}, {schedule.patience + 1}, min_delta=0"
        callbacks.append(f'keras.callbacks.ReduceLROnPlateau("loss", {numbers})')
    elif _is_scheduled(network):
        callbacks.append(
            "keras.callbacks.LearningRateScheduler(lambda epoch, rate: LEARNING_RATE * factor(epoch))"
        )
    callbacks.append("Losses()")  # after the plateau, which watches what is minimized
    weighted = bool(weights_of_classes(network))
    rows = "x, targets, weights" if weighted else "x, targets"
    lines = [
        "model = compiled(network())",
        f'{rows} = rows_of("train")',
        "model.fit(",
        "    x,",
        "    targets,",
        *(["    sample_weight=weights,"] if weighted else []),
        "    batch_size=BATCH,",
        f"    shuffle={training.shuffle},",
        "    epochs=EPOCH + epochs,",
        "    initial_epoch=EPOCH,",
        f"    callbacks=[{', '.join(callbacks)}],",
        "    verbose=verbose,",
        ")",
        "return model",
    ]
    return f'''\
def train(epochs, verbose=0):
    """Return the model after so many more epochs."""
{indented(lines)}
'''


_MAIN = """\
def main():
    parser = argparse.ArgumentParser(description="Go on with the training of this network.")
    parser.add_argument("--epochs", type=int, default=10, help="how many more (10)")
    parser.add_argument("--seed", type=int, help="of the order of the rows, dropout and noise")
    parser.add_argument("--save", help="where to write the trained model: a .keras file")
{more}    arguments = parser.parse_args()
{given}    if keras.backend.backend() == "numpy":
        parser.error("Keras's numpy backend cannot train; set KERAS_BACKEND to torch, jax or tensorflow")
    if arguments.seed is not None:
        keras.utils.set_random_seed(arguments.seed)
    model = train(arguments.epochs, verbose=2)
    if arguments.save:
        model.save(arguments.save)
"""

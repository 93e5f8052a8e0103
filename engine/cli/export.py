"""Write the network of a project in other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.targets import Result, is_same, path_problems, suffix_problems, write_all, write_result
from engine.errors import UnfoldError
from engine.files.projects.project import open_document

if TYPE_CHECKING:
    import argparse

    from engine.cli.output import Output


def export(options: argparse.Namespace, output: Output) -> int:
    """Write the files, and return the exit status.

    Raises
    ------
    UnfoldError
        Where nothing can be written.
    """
    problems = [*suffix_problems(options.outputs), *path_problems(options.outputs)]
    problems += [
        f"{out}: is what is exported from; it would be overwritten"
        for out in options.outputs
        if is_same(out, options.file)
    ]
    if problems:
        raise UnfoldError(problems)
    project = open_document(options.file)
    if project.checkpoint is None:
        raise UnfoldError(
            f"{options.file.name}: holds no trained network; to train it first: "
            f"unfold train {options.file.name} --export {options.outputs[0].name}"
        )
    from engine.history import Recorder
    from engine.trainer import Trainer

    trainer, curves = Trainer.resumed(project), Recorder()
    if project.curves is not None:
        curves.restore(project.curves)
    output.put(title=trainer.experiment.title, epoch=trainer.epoch, step=trainer.step)
    if not trainer.step:
        output.note(f"{options.file.name}: not trained yet: these are initial weights")
    result = Result(trainer, curves, project.taken_back, project.window)
    return write_all(options.outputs, lambda path: write_result(path, result), output)

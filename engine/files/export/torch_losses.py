"""The loss of a PyTorch file: one of PyTorch's where it has it, else the catalog's own formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export.expression import of_function, variable
from engine.files.export.python_text import assigned, docstring, indented
from engine.files.export.rows_text import weights_of_classes
from engine.files.export.torch_text import statements

if TYPE_CHECKING:
    from engine.files.export.portable import Portable

# Of every row, from the outputs y, the sums z and the targets.
ROWS = {
    "mse": "(y - targets).square().mean(1)",
    "half_squared_error": "(y - targets).square().sum(1) / 2",
    "mae": "(y - targets).abs().mean(1)",
    "huber": 'nn.functional.huber_loss(y, targets, reduction="none", delta={delta!r}).mean(1)',
    "poisson": 'nn.functional.poisson_nll_loss(z, targets, log_input=True, reduction="none").mean(1)',
}
ENTROPIES = {
    "logit": 'nn.functional.binary_cross_entropy_with_logits(z, targets, reduction="none").sum(1)',
    "log_probability": 'nn.functional.cross_entropy(z, targets, reduction="none")',
}
GIVEN = {
    "output": ("y", "y = model.output(z)"),
    "logit": ("z", ""),
    "log_probability": ("log_p", "log_p = nn.functional.log_softmax(z, dim=1)"),
}


def loss_block(network: Portable) -> str:
    """Return the function that computes the mean loss of some rows."""
    entry, rule = network.experiment.training.loss, network.plan.rule
    name, prepared = GIVEN[rule.acts_on]
    if entry.kind == "cross_entropy":
        lines, rows = [], ENTROPIES[rule.acts_on]
    elif entry.kind in ROWS:
        lines, rows = ([prepared] if prepared else []), ROWS[entry.kind].format(**dict(entry))
    else:
        formula = of_function(rule.value, variable(name), variable("targets"), *entry.numbers())
        lines, result = statements(formula)
        lines = [*([prepared] if prepared else []), *lines, assigned("losses", result)]
        rows = f"losses.{'mean' if rule.mean_over_outputs else 'sum'}(1)"
    weighted = bool(weights_of_classes(network))
    mean = "(rows * weights).sum() / weights.sum()" if weighted else "rows.mean()"
    return f'''\
def loss_of(model, x, targets{", weights" if weighted else ""}):
    """Return the mean loss of some rows: {docstring(entry.label)}."""
    z = model.sums(x)
{indented([*lines, f"rows = {rows}"])}
    return {mean}
'''

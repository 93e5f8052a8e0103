"""What a Keras model is compiled with: the optimizer and the loss, Keras's own or written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export.expression import of_function, variable
from engine.files.export.keras_text import OPERATIONS
from engine.files.export.python_text import WIDTH, assigned, docstring, indented
from engine.files.export.rows_text import weights_of_classes
from engine.files.export.rule_text import class_name, rule_text

if TYPE_CHECKING:
    from engine.catalog.optimizers import Optimizer
    from engine.files.export.portable import Portable

_ADAM = "beta_1={beta1!r}, beta_2={beta2!r}, epsilon={epsilon!r}"
# Keras's own optimizers, and what of them is another than here; those it has not are written out.
OPTIMIZERS = {
    "sgd": ("SGD", "momentum={momentum!r}, nesterov={nesterov!r}"),
    "adagrad": ("Adagrad", "initial_accumulator_value=0.0, epsilon={epsilon!r}"),
    "adadelta": ("Adadelta", "rho={rho!r}, epsilon={epsilon!r}"),
    "rmsprop": (
        "RMSprop",
        "rho={alpha!r}, momentum={momentum!r}, epsilon={epsilon!r}, centered={centered!r}",
    ),
    "adam": ("Adam", _ADAM),
    "amsgrad": ("Adam", _ADAM + ", amsgrad=True"),
    "adamw": ("AdamW", _ADAM + ", weight_decay={weight_decay!r}"),
    "adamax": ("Adamax", _ADAM),
    "lion": ("Lion", "beta_1={beta1!r}, beta_2={beta2!r}, weight_decay={weight_decay!r}"),
}
DECAYING = ("adamw", "lion")
ELSEWHERE = ("adagrad", "rmsprop", "adam", "amsgrad", "adamw", "adamax")  # it adds epsilon at another place

# Keras's own losses, and with several classes where that is another.
LOSSES = {
    "mse": "MeanSquaredError({})",
    "mae": "MeanAbsoluteError({})",
    "huber": "Huber(delta={delta!r}{})",
    "log_cosh": "LogCosh({})",
    "hinge": "Hinge({})",
    "squared_hinge": "SquaredHinge({})",
    "poisson": "Poisson({})",
    "cross_entropy": "BinaryCrossentropy({})",
}
OF_CLASSES = {"cross_entropy": "CategoricalCrossentropy({})", "kl_divergence": "KLDivergence({})"}

# What the formula acts on, from the values y that the model gives.
_GIVEN = {
    "output": ("y", []),
    "logit": ("z", ["y = ops.clip(y, 1e-7, 1 - 1e-7)", "z = ops.log(y) - ops.log1p(-y)"]),
    "log_probability": ("log_p", ["log_p = ops.log(ops.maximum(y, 1e-7))"]),
}


def written_out(entry: Optimizer) -> bool:
    """Tell whether a rule is written out, since Keras has it not."""
    return entry.kind not in OPTIMIZERS and bool(entry.rules)


def compile_blocks(network: Portable) -> list[str]:
    """Return what Keras does not have, and the function that compiles the model."""
    entry = network.experiment.training.optimizer
    return [
        *([_optimizer_class(entry)] if written_out(entry) else []),
        *([_loss_function(network)] if _loss_call(network) is None else []),
        _compiled(network),
        _told_losses(network),
    ]


def _optimizer_class(entry: Optimizer) -> str:
    rule = rule_text(entry, OPERATIONS, OPERATIONS)
    begin = [
        f'self._{slot} = [self.add_variable_from_reference(w, "{slot}") for w in variables]'
        for slot in rule.slots
    ]
    body = [
        "at = self._get_variable_index(w)",
        "learning_rate, g = ops.cast(learning_rate, w.dtype), ops.cast(g, w.dtype)",
        *(["step = ops.cast(self.iterations + 1, w.dtype)"] if rule.counts else []),
        *(f"{slot} = self._{slot}[at]" for slot in rule.slots),
        *rule.lines,
        *(f"self.assign(self._{slot}[at], new_{slot})" for slot in rule.slots),
        "self.assign(w, new)",
    ]
    return f'''\
@keras.saving.register_keras_serializable(package="unfold")
class {class_name(entry)}(keras.optimizers.Optimizer):
    """{docstring(entry.label)}, as Unfold computes it and Keras does not: {docstring(entry.source)}."""

    def build(self, variables):
        if not self.built:
            super().build(variables)
{indented(begin, 3)}

    def update_step(self, g, w, learning_rate):
        """Change one weight w along its gradient g."""
{indented(body, 2)}
'''


def _loss_call(network: Portable) -> str | None:
    """Return the call that makes a loss of Keras, None where it has none."""
    entry = network.experiment.training.loss
    several = len(network.data.classes) > 2
    call = OF_CLASSES.get(entry.kind) if several else None
    call = call or LOSSES.get(entry.kind)
    if call is None:
        return None
    reduction = 'reduction="mean_with_sample_weight"' if weights_of_classes(network) else ""
    if reduction and "={" in call:
        reduction = f", {reduction}"
    return f"keras.losses.{call.format(reduction, **dict(entry))}"


def _loss_function(network: Portable) -> str:
    entry, rule = network.experiment.training.loss, network.plan.rule
    name, prepared = _GIVEN[rule.acts_on]
    formula = of_function(rule.value, variable(name), variable("targets"), *entry.numbers())
    shared, result = OPERATIONS.lines(formula, lambda i: f"t{i + 1}")
    mean = "mean" if rule.mean_over_outputs else "sum"
    lines = [*prepared, *(assigned(*each) for each in shared), assigned("losses", result)]
    return f'''\
@keras.saving.register_keras_serializable(package="unfold")
def {entry.kind}(targets, y):
    """Return the loss of every row: {docstring(entry.label)}."""
{indented([*lines, f"return ops.{mean}(losses, axis=-1)"])}
'''


def _told_losses(network: Portable) -> str:
    """Return what measures the losses as the engine does."""
    weighted = bool(weights_of_classes(network))
    rows = "x, targets, weights" if weighted else "x, targets"
    call = _loss_call(network)
    if call is None:
        losses = f"{network.experiment.training.loss.kind}(ops.convert_to_tensor(targets), y)"
        value = f"np.average(ops.convert_to_numpy({losses}){', weights=weights' if weighted else ''})"
    else:
        value = f"{call}(targets, y{', weights' if weighted else ''})"
    lines = [
        f"{rows} = rows_of(part)",
        "y = ops.convert_to_tensor(model.predict(x, batch_size=1024, verbose=0))",
        f"return float({value})",
    ]
    return f'''\
def loss_of(model, part):
    """Return the loss of the "train" or the "test" rows, without penalties, dropout and noise."""
{indented(lines)}


class Losses(keras.callbacks.Callback):
    """Puts these losses where Keras puts those of the epoch's batches, which hold the penalties."""

    def on_epoch_end(self, epoch, logs):
        logs["loss"] = loss_of(self.model, "train")
        if "test" in DATA:
            logs["val_loss"] = loss_of(self.model, "test")
'''


def _compiled(network: Portable) -> str:
    training = network.experiment.training
    entry, rates = training.optimizer, training.regularizer.rates()
    arguments = ["LEARNING_RATE"]
    if written_out(entry):
        kind = class_name(entry)
    else:
        name, numbers = OPTIMIZERS.get(entry.kind, ("Adam", ""))
        given = dict(entry)
        if entry.kind == "sgd":
            given["nesterov"] = given["nesterov"] and given["momentum"] > 0
        kind = f"keras.optimizers.{name}"
        arguments += [numbers.format(**given)] if numbers else []
    decays = rates.decay and entry.kind not in DECAYING
    if decays:
        arguments.append(f"weight_decay={rates.decay!r}")
    if training.gradient_clip is not None:
        arguments.append(f"global_clipnorm={training.gradient_clip!r}")
    elif training.gradient_clip_value is not None:
        arguments.append(f"clipvalue={training.gradient_clip_value!r}")
    lines = [f"optimizer = {kind}({', '.join(arguments)})"]
    if len(lines[0]) > WIDTH:
        lines = [f"optimizer = {kind}(", *(f"    {argument}," for argument in arguments), ")"]
    if decays:
        lines.append('optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "alpha"])')
    loss = _loss_call(network) or training.loss.kind
    return f'''\
def compiled(model):
    """Return a model that is ready to be trained."""
{indented(lines)}
    model.compile(optimizer=optimizer, loss={loss})
    return model
'''

"""One step of a PyTorch file: around the optimizer's own, what acts before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.files.export.python_text import indented
from engine.tensors import PROJECTION

if TYPE_CHECKING:
    from engine.architecture import Layer, Output
    from engine.files.export.portable import Portable


def step_block(network: Portable) -> str:
    """Return the function that takes one step: around the optimizer's, what acts before and after it."""
    training, rates = network.experiment.training, network.experiment.training.regularizer.rates()
    before = ["optimizer.zero_grad()"]
    if training.input_noise:
        before.append(f"x = x + {training.input_noise!r} * torch.randn_like(x)")
    before += ["loss = loss_of(model, x, *targets)", "loss.backward()"]
    frozen = frozen_links(network)
    parameters = "model.parameters()"
    if frozen:
        before += [
            "held = {name: p.detach().clone() for name, p in model.named_parameters() if name in FROZEN}",
            "for name, p in model.named_parameters():",
            "    if name in FROZEN and p.grad is not None:",
            "        p.grad[FROZEN[name]] = 0",
        ]
    if training.gradient_clip_value is not None:
        before.append(f"nn.utils.clip_grad_value_({parameters}, {training.gradient_clip_value!r})")
    if training.gradient_clip is not None:
        before.append(f"nn.utils.clip_grad_norm_({parameters}, {training.gradient_clip!r})")
    acted = []
    after = []
    if rates.pull:
        acted.append(f"p.grad.add_(p, alpha={rates.pull!r})")
    if rates.decay:
        acted.append(f"p.mul_(1 - rate * {rates.decay!r})")
    if rates.shrink:
        after.append(f"p.copy_(nn.functional.softshrink(p, rate * {rates.shrink!r}))")
    if acted or after:
        before += ['rate = optimizer.param_groups[0]["lr"]'] if rates.decay or rates.shrink else []
        before.append("weights = penalized(model)")
    lines = [*before]
    if acted:
        lines += ["with torch.no_grad():", "    for p in weights:", *(f"        {line}" for line in acted)]
    lines.append("optimizer.step()")
    late = []
    if after:
        late += ["for p in weights:", *(f"    {line}" for line in after)]
    if rates.limit:
        late += [
            "for layer in model.layers:",
            "    if layer.weight.requires_grad:",
            f"        layer.weight.copy_(torch.renorm(layer.weight, 2, 0, {rates.limit!r}))",
        ]
    if frozen:
        late += [
            "for name, p in model.named_parameters():",
            "    if name in FROZEN:",
            "        p[FROZEN[name]] = held[name][FROZEN[name]]",
        ]
    if late:
        lines += ["with torch.no_grad():", indented(late, 1)]
    penalized = ""
    if acted or after:
        penalized = '''\
def penalized(model):
    """Return the parameters that a penalty acts on: weights, no biases, scales and slopes."""
    names = ("weight", "projection.weight")
    return [p for name, p in model.named_parameters() if name.split(".", 2)[2] in names and p.requires_grad]


'''
    return f'''\
{penalized}def step(model, optimizer, x, *targets):
    """Change the parameters once, along the gradient of some rows; return their mean loss."""
{indented(lines if not training.optimizer.full_batch else _closure(network))}
    return loss.item()
'''


def _closure(network: Portable) -> list[str]:
    """Return the statements of a step of L-BFGS, which asks for the loss of all rows several times."""
    training, rates = network.experiment.training, network.experiment.training.regularizer.rates()
    frozen = frozen_links(network)
    chance = training.input_noise or any(layer.dropout for layer in network.experiment.network.layers)
    statistics = any(layer.normalization == "batch" for layer in network.layers)
    evaluate = ["optimizer.zero_grad()"]
    lines = []
    if chance:
        lines.append("chance = torch.get_rng_state()  # the same noise and dropout for all trials of a step")
        evaluate.append("torch.set_rng_state(chance)")
    if statistics:
        lines.append("statistics = {name: b.clone() for name, b in model.named_buffers()}")
        evaluate += [
            "with torch.no_grad():",
            "    for name, b in model.named_buffers():",
            "        b.copy_(statistics[name])",
        ]
    if frozen:
        lines.append("held = {name: p.detach().clone() for name, p in model.named_parameters()}")
    if training.input_noise:
        evaluate.append(
            f"value = loss_of(model, x + {training.input_noise!r} * torch.randn_like(x), *targets)"
        )
    else:
        evaluate.append("value = loss_of(model, x, *targets)")
    if rates.pull:
        evaluate += [
            "for layer in model.layers:",
            f"    value = value + {rates.pull / 2!r} * layer.weight.square().sum()",
        ]
        if any(PROJECTION in layer.tensors for layer in network.layers):
            evaluate += [
                '    if isinstance(getattr(layer, "projection", None), nn.Linear):',
                f"        value = value + {rates.pull / 2!r} * layer.projection.weight.square().sum()",
            ]
    evaluate.append("value.backward()")
    if frozen:
        evaluate += [
            "for name, p in model.named_parameters():",
            "    if name in FROZEN and p.grad is not None:",
            "        p.grad[FROZEN[name]] = 0",
        ]
    lines += ["", "def evaluate():", indented([*evaluate, "return value"]), ""]
    lines.append("optimizer.step(evaluate)")
    if frozen:
        lines += [
            "with torch.no_grad():",
            "    for name, p in model.named_parameters():",
            "        if name in FROZEN:",
            "            p[FROZEN[name]] = held[name][FROZEN[name]]",
        ]
    lines.append("loss = evaluate()")
    return lines


def described_layers(network: Portable) -> list[Layer | Output]:
    """Return the document's part of every layer."""
    return [*network.experiment.network.layers, network.experiment.network.output]


def frozen_links(network: Portable) -> dict[str, tuple[list[int], list[int]]]:
    """Return for every weight matrix the rows and columns of the single weights that stay as they are."""
    found = {}
    for i, (spec, layer) in enumerate(zip(described_layers(network), network.layers, strict=True)):
        links = {*spec.frozen_weights, *spec.muted_weights}
        places = sorted(
            (unit + k * layer.units, source) for unit, source in links for k in range(layer.pieces)
        )
        if places:
            found[f"layers.{i}.weight"] = ([row for row, _ in places], [column for _, column in places])
    return found

"""What stands for what: PyTorch's name of every entry of the catalog, by its key.

Where PyTorch has none, it is the formula of the entry's source, in PyTorch's tensors.  An entry without a
counterpart raises ``KeyError`` wherever it is compared, and the tests of these tables fail.
"""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (the extra `parity`)")
from torch import nn, optim  # noqa: E402
from torch.nn import functional as F  # noqa: E402

schedulers = optim.lr_scheduler


class Formula(nn.Module):
    """An activation that PyTorch has no module for."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        """Return f(x)."""
        return self.function(x)


class Maxout(nn.Module):
    """The largest of several sums of every unit, one piece of all units after the other."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Any) -> Any:
        """Return (n, units) from (n, pieces * units)."""
        return x.reshape(len(x), self.pieces, -1).amax(1)


# Activations: what makes a module from an entry and the units of the layer.

ACTIVATIONS = {
    "linear": lambda a, units: nn.Identity(),
    "sigmoid": lambda a, units: nn.Sigmoid(),
    "tanh": lambda a, units: nn.Tanh(),
    "relu": lambda a, units: nn.ReLU(),
    "leaky_relu": lambda a, units: nn.LeakyReLU(a.negative_slope),
    "elu": lambda a, units: nn.ELU(a.alpha),
    "hard_sigmoid": lambda a, units: nn.Hardsigmoid(),
    "hard_tanh": lambda a, units: nn.Hardtanh(),
    "relu6": lambda a, units: nn.ReLU6(),
    "selu": lambda a, units: nn.SELU(),
    "celu": lambda a, units: nn.CELU(a.alpha),
    "gelu": lambda a, units: nn.GELU(),
    "gelu_tanh": lambda a, units: nn.GELU(approximate="tanh"),
    "silu": lambda a, units: nn.SiLU(),
    "mish": lambda a, units: nn.Mish(),
    # Its default threshold, above which it is linear, is too low for float64.
    "softplus": lambda a, units: nn.Softplus(a.beta, threshold=40),
    "softsign": lambda a, units: nn.Softsign(),
    "sine": lambda a, units: Formula(torch.sin),
    "gaussian": lambda a, units: Formula(lambda x: torch.exp(-x.square())),
    "exponential": lambda a, units: Formula(torch.exp),
    "prelu": lambda a, units: nn.PReLU(units, a.initial_slope),
    "maxout": lambda a, units: Maxout(a.pieces),
}

# For the output layer alone.
OUTPUT_ACTIVATIONS = {"softmax": lambda a, units: nn.Softmax(dim=1)}


def corners(*points: float) -> Any:
    """Return a function that tells how far sums are from each of some points."""
    return lambda sums, module: [sums - point for point in points]


def lead(sums: Any, module: Any) -> list[Any]:
    """Return by how much the largest piece of every unit is ahead of the next."""
    first, second = sums.reshape(len(sums), module.pieces, -1).topk(2, dim=1).values.unbind(1)
    return [first - second]


# Where a derivative jumps: there float32 may take either side.  Of the sums and the module: the distances.
KINKS = {
    "relu": corners(0.0),
    "leaky_relu": corners(0.0),
    "prelu": corners(0.0),
    "elu": corners(0.0),
    "hard_sigmoid": corners(-3.0, 3.0),
    "hard_tanh": corners(-1.0, 1.0),
    "relu6": corners(0.0, 6.0),
    "selu": corners(0.0),
    "maxout": lead,
}

# The targets of "not this class" and "this class" under a loss of values.
CLASS_TARGETS = {
    "linear": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, 1.0),
    "leaky_relu": (-1.0, 1.0),
    "elu": (-1.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "relu6": (0.0, 1.0),
    "selu": (-1.0, 1.0),
    "celu": (-1.0, 1.0),
    # They have values below zero, but not as far down as -1.
    "gelu": (0.0, 1.0),
    "gelu_tanh": (0.0, 1.0),
    "silu": (0.0, 1.0),
    "mish": (0.0, 1.0),
    "softplus": (0.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sine": (-1.0, 1.0),
    "gaussian": (0.0, 1.0),
    "exponential": (0.0, 1.0),
    "softmax": (0.0, 1.0),
}

NORMALIZATIONS = {"none": lambda sums: nn.Identity(), "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


# Losses: of an entry, the weighted sums, the output activation and the targets, for every row.  The targets
# are the classes for a loss of probabilities, else values (n, outputs).


def two_logits(z: Any) -> Any:
    """Return logits of every class: a single one is that of the second class, against 0."""
    return torch.cat([torch.zeros_like(z), z], dim=1) if z.shape[1] == 1 else z


def soft_targets(labels: Any, classes: int, smoothing: float, dtype: Any) -> Any:
    """Return one column a class: a share spread over all (Szegedy et al., 2016)."""
    return F.one_hot(labels, classes).to(dtype) * (1 - smoothing) + smoothing / classes


def entropy(z: Any, labels: Any, **options: Any) -> Any:
    """Return the cross-entropy, one logit of two classes with all of PyTorch's options."""
    return F.cross_entropy(two_logits(z), labels, **options)


def focal(z: Any, soft: Any, gamma: float) -> Any:
    """Return the loss of every row (Lin et al., 2017), each class in proportion to its target."""
    log_p = F.log_softmax(two_logits(z), dim=1)
    # Not quite 0, where a root has no derivative; what it multiplies there is 0.
    missed = (-torch.expm1(log_p)).clamp(min=torch.finfo(z.dtype).tiny)
    return -(soft * missed**gamma * log_p).sum(dim=1)


def divergence(z: Any, soft: Any) -> Any:
    """Return the Kullback-Leibler divergence of every row."""
    return F.kl_div(F.log_softmax(two_logits(z), dim=1), soft, reduction="none").sum(dim=1)


def margins(y: Any, signs: Any, power: int) -> Any:
    """Return the mean of what every row lacks of a margin of 1, to a power."""
    return (torch.clamp(1 - signs * y, min=0) ** power).mean(dim=1)


def log_cosh(y: Any, targets: Any) -> Any:
    """Return log cosh of every error, without overflow."""
    return torch.logaddexp(y - targets, targets - y) - torch.log(torch.tensor(2.0, dtype=y.dtype))


def _soft(loss: Any, z: Any, labels: Any) -> Any:
    return soft_targets(labels, max(2, z.shape[1]), loss.label_smoothing, z.dtype)


LOSSES = {
    "mse": lambda o, z, f, t: F.mse_loss(f(z), t, reduction="none").mean(1),
    "half_squared_error": lambda o, z, f, t: F.mse_loss(f(z), t, reduction="none").sum(1) / 2,
    "mae": lambda o, z, f, t: F.l1_loss(f(z), t, reduction="none").mean(1),
    "huber": lambda o, z, f, t: F.huber_loss(f(z), t, reduction="none", delta=o.delta).mean(1),
    "log_cosh": lambda o, z, f, t: log_cosh(f(z), t).mean(1),
    "cross_entropy": lambda o, z, f, t: entropy(z, t, label_smoothing=o.label_smoothing, reduction="none"),
    "focal": lambda o, z, f, t: focal(z, _soft(o, z, t), o.gamma),
    "kl_divergence": lambda o, z, f, t: divergence(z, _soft(o, z, t)),
    "hinge": lambda o, z, f, t: margins(f(z), t, 1),
    "squared_hinge": lambda o, z, f, t: margins(f(z), t, 2),
    "poisson": lambda o, z, f, t: F.poisson_nll_loss(z, t, log_input=True, reduction="none").mean(1),
}

# Those of classes by their probabilities; and the output that "auto" stands for, with two classes and more.
OF_PROBABILITIES = {"cross_entropy", "focal", "kl_divergence"}
AUTO = {
    **dict.fromkeys(OF_PROBABILITIES, ("sigmoid", "softmax")),
    **dict.fromkeys(("hinge", "squared_hinge"), ("linear", "linear")),
    **dict.fromkeys(("mse", "half_squared_error", "mae", "huber", "log_cosh"), ("tanh", "softmax")),
}

# Where a loss has a kink, of outputs and targets.
LOSS_KINKS = {"mae": lambda y, t: y - t, "hinge": lambda y, t: 1 - t * y}


# Optimizers: the class, and its arguments from an entry.


class Lion(optim.Optimizer):
    """The authors' program (Chen et al., 2023, algorithm 2), which PyTorch does not have."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Move every parameter by the learning rate."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                beta1, beta2 = group["betas"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                self.state[p]["direction"] = mean * beta1 + p.grad * (1 - beta1)
                p.add_(torch.sign(self.state[p]["direction"]), alpha=-group["lr"])
                mean.mul_(beta2).add_(p.grad, alpha=1 - beta2)


class VelocitySgd(optim.Optimizer):
    """Momentum of steps instead of gradients (Sutskever et al., 2013, equations 1 to 4).

    Their look ahead is written in terms of the point ahead, as Bengio et al. (2013) do.
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, nesterov=False):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov})

    @torch.no_grad()
    def step(self):
        """Add the velocity to every parameter."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.mul_(group["momentum"]).sub_(p.grad, alpha=group["lr"])
                if group["nesterov"]:
                    p.add_(velocity, alpha=group["momentum"]).sub_(p.grad, alpha=group["lr"])
                else:
                    p.add_(velocity)


def adam_numbers(o: Any) -> dict[str, Any]:
    """Return what Adam and its relatives share."""
    return {"lr": o.learning_rate, "betas": (o.beta1, o.beta2), "eps": o.epsilon}


OPTIMIZERS = {
    "sgd": (
        optim.SGD,
        lambda o: {"lr": o.learning_rate, "momentum": o.momentum, "nesterov": o.nesterov and o.momentum > 0},
    ),
    "adagrad": (optim.Adagrad, lambda o: {"lr": o.learning_rate, "eps": o.epsilon}),
    "adadelta": (optim.Adadelta, lambda o: {"lr": o.learning_rate, "rho": o.rho, "eps": o.epsilon}),
    "rmsprop": (
        optim.RMSprop,
        lambda o: {
            "lr": o.learning_rate,
            "alpha": o.alpha,
            "eps": o.epsilon,
            "momentum": o.momentum,
            "centered": o.centered,
        },
    ),
    "adam": (optim.Adam, adam_numbers),
    "adamw": (optim.AdamW, lambda o: {**adam_numbers(o), "weight_decay": o.weight_decay}),
    "amsgrad": (optim.Adam, lambda o: {**adam_numbers(o), "amsgrad": True}),
    "nadam": (optim.NAdam, lambda o: {**adam_numbers(o), "momentum_decay": o.momentum_decay}),
    "radam": (optim.RAdam, adam_numbers),
    "adamax": (optim.Adamax, adam_numbers),
    "lion": (
        Lion,
        lambda o: {"lr": o.learning_rate, "betas": (o.beta1, o.beta2), "weight_decay": o.weight_decay},
    ),
    "rprop": (
        optim.Rprop,
        lambda o: {
            "lr": o.learning_rate,
            "etas": (o.eta_minus, o.eta_plus),
            "step_sizes": (o.smallest_step, o.largest_step),
        },
    ),
    "lbfgs": (
        optim.LBFGS,
        lambda o: {
            "lr": o.learning_rate,
            "history_size": o.history_size,
            "max_iter": 1,
            "max_eval": 26,  # one at the start; the rest is how long a line search may go on
            "line_search_fn": "strong_wolfe",
        },
    ),
}

# In these a weight decay is no part of the gradient, or there is none.
WITHOUT_L2 = (optim.AdamW, optim.Rprop, optim.LBFGS, Lion, VelocitySgd)

# They follow the sign of a number, which float32 cannot tell near zero: of the optimizer and a parameter.
SIGNS = {"lion": lambda o, p: o.state[p]["direction"], "rprop": lambda o, p: p.grad}


def optimizer_of(entry: Any, parameters: Any) -> Any:
    """Return the counterpart of an entry, for parameters or groups of them."""
    kind, arguments = OPTIMIZERS[entry.kind]
    if entry.kind == "sgd" and entry.form == "velocity":
        kind = VelocitySgd
    return kind(parameters, **arguments(entry))


# Schedules, of an optimizer and an entry.  PyTorch's polynomial ends at 0 and its cosine swings back, so
# these are compared where both are defined.

SCHEDULES = {
    "constant": lambda o, s: schedulers.ConstantLR(o, factor=1.0),
    "step": lambda o, s: schedulers.StepLR(o, s.every, s.gamma),
    "exponential": lambda o, s: schedulers.ExponentialLR(o, s.gamma),
    "inverse_time": lambda o, s: schedulers.LambdaLR(o, lambda t: 1 / (1 + s.decay * t)),
    "polynomial": lambda o, s: schedulers.PolynomialLR(o, s.epochs, s.power),
    "cosine": lambda o, s: schedulers.CosineAnnealingLR(o, s.epochs, eta_min=s.end * o.defaults["lr"]),
    "cosine_restarts": lambda o, s: schedulers.CosineAnnealingWarmRestarts(
        o, s.epochs, s.growth, eta_min=s.end * o.defaults["lr"]
    ),
    "one_cycle": lambda o, s: schedulers.OneCycleLR(
        o,
        o.defaults["lr"],
        total_steps=s.epochs,
        pct_start=s.rise,
        cycle_momentum=False,
        div_factor=1 / s.start,
        final_div_factor=s.start / s.end,
    ),
    "plateau": lambda o, s: schedulers.ReduceLROnPlateau(o, "min", s.gamma, s.patience, s.threshold, eps=0.0),
}


def schedule_steps(optimizer: Any, schedule: Any) -> Any:
    """Return what to call with an epoch's loss when it is over; sets the rate of the first epoch."""
    main = SCHEDULES[schedule.kind](optimizer, schedule)
    warmup = schedule.warmup
    if schedule.kind == "plateau":
        # SequentialLR cannot pass on a loss; both multiply the rate, so that they act one after the other.
        rise = schedulers.LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup) if warmup else None

        def step(loss: float) -> None:
            main.step(loss)
            if rise is not None:
                rise.step()

        return step
    if warmup:
        rise = schedulers.LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup)
        main = schedulers.SequentialLR(optimizer, [rise, main], milestones=[warmup])
    return lambda loss: main.step()


# Regularizers: L2 pull, threshold of a soft shrinkage after each step, decoupled decay, and largest norm.

REGULARIZERS = {
    "none": lambda r: {},
    "l1": lambda r: {"shrink": r.rate},
    "l2": lambda r: {"pull": r.rate},
    "elastic_net": lambda r: {"pull": r.rate * (1 - r.l1_share), "shrink": r.rate * r.l1_share},
    "weight_decay": lambda r: {"decay": r.rate},
    "max_norm": lambda r: {"limit": r.limit},
}

INITIALIZERS = {
    "zeros": lambda i, w: nn.init.zeros_(w),
    "ones": lambda i, w: nn.init.ones_(w),
    "constant": lambda i, w: nn.init.constant_(w, i.value),
    "identity": lambda i, w: nn.init.eye_(w) * i.gain,
    "uniform": lambda i, w: nn.init.uniform_(w, -i.limit, i.limit),
    "normal": lambda i, w: nn.init.normal_(w, 0.0, i.std),
    "truncated_normal": lambda i, w: nn.init.trunc_normal_(w, 0.0, 1.0, -2.0, 2.0) * i.std,
    "glorot_uniform": lambda i, w: nn.init.xavier_uniform_(w, i.gain),
    "glorot_normal": lambda i, w: nn.init.xavier_normal_(w, i.gain),
    "he_uniform": lambda i, w: nn.init.kaiming_uniform_(w, nonlinearity="relu") * i.gain,
    "he_normal": lambda i, w: nn.init.kaiming_normal_(w, nonlinearity="relu") * i.gain,
    "lecun_uniform": lambda i, w: nn.init.kaiming_uniform_(w, nonlinearity="linear") * i.gain,
    "lecun_normal": lambda i, w: nn.init.kaiming_normal_(w, nonlinearity="linear") * i.gain,
    "orthogonal": lambda i, w: nn.init.orthogonal_(w, i.gain),
    "sparse": lambda i, w: nn.init.sparse_(w, i.sparsity, i.std),
}

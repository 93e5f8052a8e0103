"""The document of the design, word for word."""

DESIGN = {
    "format": "unfold.experiment",
    "version": 1,
    "title": "Two spirals",
    "seed": 7,
    "data": {"kind": "spiral", "samples": 500, "noise": 0.1, "test_fraction": 0.5},
    "features": ["x1", "x2"],
    "network": {
        "layers": [
            {"units": 8, "activation": "tanh", "initializer": "glorot_uniform"},
            {
                "units": 8,
                "activation": {"kind": "leaky_relu", "negative_slope": 0.01},
                "initializer": {"kind": "he_normal"},
                "dropout": 0.0,
                "normalization": "none",
                "residual": False,
            },
        ],
        "output": {"activation": "auto", "initializer": "glorot_uniform"},
    },
    "training": {
        "loss": "cross_entropy",
        "optimizer": {"kind": "adam", "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-08},
        "schedule": "constant",
        "regularizer": "none",
        "batch_size": 10,
        "shuffle": True,
        "gradient_clip": None,
    },
}

"""Links of TensorFlow Playground of many kinds, as they are found, each with what must come of it."""

from __future__ import annotations

from typing import Any

HOME = "https://playground.tensorflow.org/"
# As its interface writes the first state one sees.
FRESH = (
    "activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03&regularizationRate=0"
    "&noise=0&networkShape=4,2&seed=0.59321&showTestData=false&discretize=false&percTrainData=50&x=true&y=true"
    "&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false"
    "&collectStats=false&problem=classification&initZero=false&hideText=false"
)

NO_LINK = (
    "this is no link of TensorFlow Playground; paste its whole address, or what stands after its #, such as "
    "batchSize=10&dataset=spiral"
)

# What a link says that differs from the defaults, by the names of `summary`.
LINKS: list[tuple[str, dict[str, Any]]] = [
    (HOME, {}),
    ("http://playground.tensorflow.org", {}),
    (HOME + "#", {}),
    (HOME + "?hl=de", {}),
    ("playground.tensorflow.org", {}),
    (HOME + "#" + FRESH, {"seed": 59321}),
    (FRESH, {"seed": 59321}),
    ("#" + FRESH, {"seed": 59321}),
    (f"  \n{HOME}#{FRESH}\n ", {"seed": 59321}),
    # Its own presets and tutorials
    (
        HOME + "#activation=tanh&regularization=L2&batchSize=10&dataset=spiral&regDataset=reg-plane"
        "&learningRate=0.03&regularizationRate=0.001&noise=5&networkShape=8,8,6&seed=0.11803"
        "&showTestData=true&percTrainData=70&sinX=true&sinY=true",
        {
            "data": "spiral",
            "regularizer": ("l2", 0.001),
            "noise": 0.05,
            "layers": (8, 8, 6),
            "seed": 11803,
            "show_test": True,
            "test": 0.3,
            "features": ("x1", "x2", "sin(x1)", "sin(x2)"),
        },
    ),
    (
        HOME
        + "#activation=linear&batchSize=1&dataset=gauss&networkShape=&discretize=true&problem=classification",
        {"data": "gauss", "batch": 1, "layers": (), "discretize": True},
    ),
    (
        HOME + "#activation=relu&dataset=xor&networkShape=3&learningRate=0.1&noise=35&xTimesY=true&x=false"
        "&y=false",
        {
            "data": "xor",
            "activation": "relu",
            "layers": (3,),
            "rate": 0.1,
            "noise": 0.35,
            "features": ("x1*x2",),
        },
    ),
    (
        HOME
        + "#problem=regression&regDataset=reg-gauss&activation=relu&networkShape=8,4,4&learningRate=0.003",
        {
            "data": "reg_gauss",
            "activation": "relu",
            "layers": (8, 4, 4),
            "rate": 0.003,
            "samples": 1200,
        },
    ),
    ("problem=regression", {"data": "reg_plane", "samples": 1200}),
    ("problem=regression&dataset=spiral&initZero=true", {"data": "reg_plane", "samples": 1200, "zero": True}),
    ("initZero=true&seed=7", {"zero": True, "seed": 7}),
    (
        HOME + "#tutorial=dp&hideText=true&seed=dp-7&networkShape=2",
        {"layers": (2,), "seed": None, "kept": ("dp-7", "dp", True, False)},
    ),
    # Hidden controls
    (
        HOME + "#dataset=xor&playButton_hide=false&activation_hide=true&regularization_hide=true"
        "&regularizationRate_hide=true&problem_hide=true&batchSize_hide=true&dataset_hide=true",
        {
            "data": "xor",
            "hidden": (
                *("activation", "regularization", "regularizationRate"),
                *("problem", "dataset", "batchSize"),
            ),
        },
    ),
    (
        "showTestData_hide=true&discretize_hide=true&playButton_hide=true&stepButton_hide=true"
        "&resetButton_hide=true&learningRate_hide=true&percTrainData_hide=true&noise_hide=true"
        "&numHiddenLayers_hide=true",
        {
            "hidden": (
                *("showTestData", "discretize", "playButton", "stepButton", "resetButton"),
                *("learningRate", "percTrainData", "noise", "numHiddenLayers"),
            )
        },
    ),
    (
        "xTimesY_hide=true&xTimesY=true&sinX_hide=true&sinY_hide=true",
        {"hidden": ("xTimesY", "sinX", "sinY"), "features": ("x1", "x2")},
    ),
    ("noise_hide=yes&noise_hide=true&batchSize_hide=1", {"hidden": ("noise",)}),
    # Beyond the interface
    ("networkShape=2,2,2,2,2,2,2,2,2,2,2,2", {"layers": (2,) * 12}),
    (HOME + "#networkShape=30,30&dataset=spiral", {"data": "spiral", "layers": (30, 30)}),
    ("networkShape=100", {"layers": (100,)}),
    ("networkShape=16,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1", {"layers": tuple(range(16, 0, -1))}),
    ("noise=80", {"noise": 0.8}),
    ("noise=100", {"noise": 0.5}),  # there it is 50 beyond 80
    ("noise=-20", {"noise": 0.0}),
    ("noise=12.5", {"noise": 0.125}),
    ("percTrainData=100", {"test": 0.0}),
    ("percTrainData=33", {"test": 0.67}),
    ("batchSize=64", {"batch": 64}),
    ("batchSize=250", {"batch": "full"}),
    ("batchSize=1000", {"batch": "full"}),
    ("learningRate=0.00001", {"rate": 1e-5}),
    ("learningRate=1e-7&seed=4294967295", {"rate": 1e-7, "seed": 4294967295}),
    ("learningRate=0", {"rate": 0.0}),
    ("regularization=L1&regularizationRate=10&batchSize=30", {"regularizer": ("l1", 10.0), "batch": 30}),
    ("regularization=L1", {"regularizer": ("l1", 0.0)}),
    ("regularizationRate=0.3", {}),
    (
        "x=false&y=false&xSquared=true&ySquared=true&cosX=true&cosY=true",
        {"features": ("x1**2", "x2**2", "cos(x1)", "cos(x2)")},
    ),
    # Odd ones
    ("seed=&noise=&x=&activation=&networkShape=4,2", {}),
    ("seed=0.1&seed=0.25&y=false", {"seed": 25, "features": ("x1",)}),
    ("seed=4294967296", {"seed": None, "kept": ("4294967296", "", False, False)}),
    ("seed=007", {"seed": 7, "kept": ("007", "", False, False)}),
    ("seed=%F0%9F%8E%B2%20roll", {"seed": None, "kept": ("🎲 roll", "", False, False)}),
    ("hideText=1&collectStats=true", {"kept": ("", "", True, True)}),
    ("activation=swish&dataset=moons&regularization=L3&problem=", {}),
    ("networkShape=4%2C3&dataset=gau%73s", {"layers": (4, 3), "data": "gauss"}),
    ("#networkShape%3D5%26noise%3D10", {"layers": (5,), "noise": 0.1}),
    ("networkShape=5&amp;noise=10&amp;y=false", {"layers": (5,), "noise": 0.1, "features": ("x1",)}),
    ("networkShape= 6 , 3 &noise= 20 ", {"layers": (6, 3), "noise": 0.2}),
    ("&&noise=10&&batchSize=5&", {"noise": 0.1, "batch": 5}),
    ("utm_source=mail&noise=10&numHiddenLayers=3", {"noise": 0.1}),
    ("discretize&noise=10", {"noise": 0.1}),
    ("seed=1=2&showTestData=no", {"seed": 1, "show_test": True}),
    ("file:///home/ada/playground/index.html#noise=15", {"noise": 0.15}),
    ("http://localhost:5000/?lang=de#dataset=xor&noise=15", {"noise": 0.15, "data": "xor"}),
    (
        "https://developers.google.com/machine-learning/crash-course/playground/?utm_source=x&hl=en"
        "#activation=relu&batchSize=10&dataset=spiral&regDataset=reg-plane&learningRate=0.03"
        "&regularizationRate=0&noise=50&networkShape=2&seed=0.14834&showTestData=false&discretize=true"
        "&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false"
        "&cosY=false&sinY=false&collectStats=true&problem=classification&initZero=false&hideText=true"
        "&discretize_hide=true&regularization_hide=true&regularizationRate_hide=true&percTrainData_hide=true"
        "&dataset_hide=true&problem_hide=true&noise_hide=true&batchSize_hide=true",
        {
            "data": "spiral",
            "activation": "relu",
            "noise": 0.5,
            "layers": (2,),
            "seed": 14834,
            "discretize": True,
            "kept": ("0.14834", "", True, True),
            "hidden": (
                *("discretize", "regularization", "regularizationRate", "problem"),
                *("dataset", "percTrainData", "noise", "batchSize"),
            ),
        },
    ),
    (
        "ySquared=true&noise=25&y=true&hideText=false&x=true&problem=classification&learningRate=3&xSquared=true"
        "&seed=0.00042&percTrainData=10&activation=sigmoid&initZero=false&networkShape=1,1,1,1,1,1",
        {
            "noise": 0.25,
            "features": ("x1", "x2", "x1**2", "x2**2"),
            "rate": 3.0,
            "seed": 42,
            "test": 0.9,
            "activation": "sigmoid",
            "layers": (1,) * 6,
        },
    ),
]

REFUSED: list[tuple[str, list[str]]] = [
    ("", ["there is no link; paste one, or only its part after #"]),
    (" \n ", ["there is no link; paste one, or only its part after #"]),
    ("hello", [NO_LINK]),
    ("A sentence that was copied by mistake.", [NO_LINK]),
    ("https://example.org/#section-2", [NO_LINK]),
    *(
        (text, ["this is no link of TensorFlow Playground: nothing of it stands after a #"])
        for text in (
            *("https://example.org/lesson", "https://example.org/foo?noise=5", "https://example.org/#"),
            *("https://playground.tensorflow.org.example.org/", "file:///home/ada/index.html", "http://"),
            *("https://example.org/?https://playground.tensorflow.org/", "https://example.org/# & "),
        )
    ),
    ("a=1&b=2", ["this is no link of TensorFlow Playground, which has no key a, b"]),
    ("ftp://host/#noise=5", ["the address must begin with http, https, file, not ftp"]),
    ("noise=5&" + "x" * 20_000, ["the link is longer than 20,000 characters, so it is none"]),
    ("noise=5\ud800", ["the link holds characters that are no text; copy it anew"]),
    ("learningRate=fast", ["learningRate=fast: must be a number from 0 to 100"]),
    ("learningRate=NaN", ["learningRate=NaN: must be a number from 0 to 100"]),
    ("learningRate=-1", ["learningRate=-1: must be a number from 0 to 100"]),
    ("learningRate=1e999", ["learningRate=1e999: must be a number from 0 to 100"]),
    ("learningRate=٣", ["learningRate=٣: must be a number from 0 to 100"]),
    ("noise=loud", ["noise=loud: must be a number"]),
    ("percTrainData=5", ["percTrainData=5: must be a number from 10 on"]),
    ("batchSize=0", ["batchSize=0: must be a whole number from 1 on"]),
    ("batchSize=10.5", ["batchSize=10.5: must be a whole number from 1 on"]),
    ("regularization=L2&regularizationRate=-1", ["regularizationRate=-1: must be a number from 0 to 10"]),
    ("networkShape=4,,2", ["networkShape=4,,2: must be whole numbers from 1 to 1024 between commas"]),
    ("networkShape=0", ["networkShape=0: must be whole numbers from 1 to 1024 between commas"]),
    ("networkShape=2.5", ["networkShape=2.5: must be whole numbers from 1 to 1024 between commas"]),
    ("networkShape=1e300", ["networkShape=1e300: must be whole numbers from 1 to 1024 between commas"]),
    ("networkShape=" + ",".join("2" * 17), [
        "networkShape=2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2: must be at most 16 layers, not 17"
    ]),
    ("seed=" + "s" * 201, ["seed=" + "s" * 37 + "...: must have at most 200 characters"]),
    ("x=false&y=false", [
        "every input is off; a network needs one of x, y, xSquared, ySquared, xTimesY, sinX, sinY, cosX, cosY"
    ]),
    ("x_hide=true&y_hide=true&x=true", [
        "every input is off; a network needs one of x, y, xSquared, ySquared, xTimesY, sinX, sinY, cosX, cosY"
    ]),
    ("batchSize=a\x1b[31m&noise=b&learningRate=\u202ec", [
        "noise=b: must be a number",
        "batchSize=a\\x1b[31m: must be a whole number from 1 on",
        "learningRate=\\u202ec: must be a number from 0 to 100",
    ]),
]  # fmt: skip

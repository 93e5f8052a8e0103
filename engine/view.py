"""What an experiment says of how it is shown; nothing here touches training."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from engine.catalog.entry import Flag, Part, Text

# TensorFlow Playground's names, so that its links and our documents speak of the same controls.
Control = Literal[
    "showTestData",
    "discretize",
    "playButton",
    "stepButton",
    "resetButton",
    "learningRate",
    "activation",
    "regularization",
    "regularizationRate",
    "problem",
    "dataset",
    "percTrainData",
    "noise",
    "batchSize",
    "numHiddenLayers",
    "x",
    "y",
    "xSquared",
    "ySquared",
    "xTimesY",
    "sinX",
    "sinY",
    "cosX",
    "cosY",
]
CONTROLS: tuple[str, ...] = get_args(Control)
# The last ones are the inputs' switches; the formulas they stand for, in the same order.
INPUTS: dict[str, str] = {
    "x": "x1",
    "y": "x2",
    "xSquared": "x1**2",
    "ySquared": "x2**2",
    "xTimesY": "x1*x2",
    "sinX": "sin(x1)",
    "sinY": "sin(x2)",
    "cosX": "cos(x1)",
    "cosY": "cos(x2)",
}
MAX_TEXT = 200


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Sort the names as `CONTROLS` does, so that equal choices are equal documents."""
    if len(set(names)) < len(names):
        raise PydanticCustomError("hidden", "names a control twice")
    return tuple(sorted(names, key=CONTROLS.index))


class LinkKeys(Part):
    """What a TensorFlow Playground link says that means nothing here.

    It is kept so that the link made from the experiment says it again.
    """

    seed: Annotated[Text, Field(max_length=MAX_TEXT)] = Field(
        "",
        description="The seed as the link spells it; counts as long as the experiment's seed is its number.",
    )
    tutorial: Annotated[Text, Field(max_length=MAX_TEXT)] = Field(
        "", description="The text that TensorFlow Playground shows below the network."
    )
    hide_text: Flag = Field(
        False, description="Whether TensorFlow Playground hides the text around the network."
    )
    collect_stats: Flag = Field(False, description="A key of TensorFlow Playground's that it no longer uses.")


class View(Part):
    """How the experiment is shown."""

    hidden: Annotated[tuple[Control, ...], Field(max_length=len(CONTROLS)), AfterValidator(_in_order)] = (
        Field((), description="Controls that are hidden, by TensorFlow Playground's names.")
    )
    show_test: Flag = Field(True, description="Show the test points on the field.")
    discretize: Flag = Field(
        False, description="Show which class is likelier, without how sure the network is."
    )
    link: LinkKeys | None = Field(
        None, description="What the TensorFlow Playground link said besides that this came from."
    )

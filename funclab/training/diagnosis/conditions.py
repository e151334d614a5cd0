"""What may be wrong with a training run: one record for each condition, with its sentence.

Each is known here alone: `fit`, the views and `funclab.diagnose` ask it. It looks only at what was
measured, and what is not certain from that says "may".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from funclab.training.diagnosis.curves import Points, climbed, last_fall, risen_since

VANISHED, EXPLODED = 1e-3, 1e3
"""How many times as large as that of the last layer, or as its own weights, a gradient is."""
DEAD, LOUD, UNEVEN, COMMON = 0.5, 50.0, 1000.0, 0.8
"""Parts of units that are silent; sizes of inputs; ratios of columns; the part of one class."""
LEARNED = 0.01
"""The part of the loss of one answer for all samples that leaves nothing to learn."""


@dataclass
class Evidence:
    """What was measured. None, or nothing in a list, is what was not."""

    training: Points = ()
    """The training loss after each epoch, as `fit` reports it: a mean over the epoch."""
    validation: Points = ()
    validated_on: int = 0
    """How many validation samples there were; 0 if that is not known."""
    now: Points = ()
    """The loss on the training data, evaluated after each epoch."""
    batch_statistics: bool = False
    """Whether a layer such as BatchNormalization uses those of the batch in training only."""
    faulty: str = ""
    """Which data hold nan or infinity, and where."""
    broken: str = ""
    """A layer whose adapted statistics are not finite."""
    finite: bool | None = None
    """Whether all data and adapted statistics were seen to be finite."""
    lost: int = 0
    """The first epoch whose loss is not finite."""
    trained: int | None = None
    """How many numbers training changes."""
    in_training: float | None = None
    """The loss of the data with the layers in training mode."""
    loss: float | None = None
    """The loss of the data, evaluated."""
    validated: float | None = None
    baseline: float | None = None
    """The loss of the best answer that is the same for every sample."""
    silent: dict[str, tuple[int, int]] = field(default_factory=dict)
    """For each layer, its relu units that are zero for all samples, and all its relu units."""
    gradients: dict[str, float] = field(default_factory=dict)
    """The root mean square of each trained layer's gradient, from the first layer to the last."""
    sizes: dict[str, float] = field(default_factory=dict)
    """The same of its weights."""
    samples: int = 0
    range: tuple[float, float] | None = None
    """The least and greatest number of an input that no layer scales."""
    spreads: tuple[float, float] | None = None
    """The least and greatest standard deviation of its columns that is not zero."""
    classes: tuple[str, int, int] | None = None
    """The commonest class, how many samples are of it, and how many are answered with it."""
    outside: str = ""
    """Which targets an output cannot reach, and why."""
    alike: tuple[int, float] | None = None
    """For how many samples the nearest other one has the same target, and how many chance gives."""
    telling: str = ""
    """A column of the input that alone tells every target."""
    repeated: tuple[int, int] | None = None
    """How many validation samples are training samples, too, of how many."""


class Finding(NamedTuple):
    """A condition that may hold: its name, what was measured, and what to try."""

    name: str
    sentence: str
    fix: str


class Condition(NamedTuple):
    """What is measured (`test` returns the sentence, or ""), and what helps against it."""

    name: str
    test: Callable[[Evidence], str]
    fix: str
    explained: bool = True
    """Whether another finding does not explain it better."""


CONDITIONS: list[Condition] = []


def condition(name: str, fix: str, explained: bool = True) -> Any:
    """A decorator that enters a condition by its test."""

    def enter(test: Callable[[Evidence], str]) -> Callable[[Evidence], str]:
        CONDITIONS.append(Condition(name, test, fix, explained))
        return test

    return enter


def short(number: float) -> str:
    return f"{number:.3g}"


def smaller_steps(rate: float | None = None) -> str:
    """What to try if steps are too large; `rate` is the present learning rate, if it is known."""
    shown = "" if rate is None else f" (it is {rate:g})"
    return f"lower the learning rate{shown}, or scale the inputs to -1 to 1."


def poor(e: Evidence) -> bool:
    """Whether the model is hardly better than the same answer for all."""
    return e.loss is not None and e.baseline is not None and e.loss > 0.7 * e.baseline


def cause_of_lost(e: Evidence) -> str:
    if e.finite:
        return "The data hold only numbers: the steps may be too large."
    return "The data may hold nan or infinity, or the steps may be too large."


# The conditions, the surest first.
@condition("nan in data", "fill or leave out these samples.")
def nan_in_data(e: Evidence) -> str:
    return e.faulty and f"{e.faulty}."


@condition("nan statistics", "fill or leave out the samples with nan, and adapt again.")
def nan_statistics(e: Evidence) -> str:
    return (
        e.broken
        and f"The statistics of {e.broken} are not finite: what it adapted to may have held nan."
    )


@condition("loss lost", smaller_steps())
def lost_number(e: Evidence) -> str:
    if not e.lost or e.faulty or e.broken:
        return ""
    return f"The loss has not been finite since epoch {e.lost}. {cause_of_lost(e)}"


@condition("frozen by mistake", "set layer.trainable = True, and compile again.")
def frozen(e: Evidence) -> str:
    return "Training changes nothing: no weight is trainable." if e.trained == 0 else ""


@condition("step too large", "try a tenth of the learning rate.")
def step_too_large(e: Evidence) -> str:
    if not climbed(e.training):
        return ""
    first, last = short(e.training[0][1]), short(e.training[-1][1])
    return f"The training loss has risen from {first} to {last}: the steps may be too large."


@condition(
    "lagging statistics",
    "train for more steps, or give BatchNormalization a lower momentum, such as 0.9.",
)
def lagging_statistics(e: Evidence) -> str:
    if not e.batch_statistics:
        return ""
    then = e.training[-1][1] if e.now and e.training else e.in_training
    now = e.now[-1][1] if e.now and e.training else e.loss
    least = 0.1 if e.baseline is None else e.baseline / 4
    if then is None or now is None or now < 2 * then or now - then < least:
        return ""
    return (
        f"On the training data the loss is {short(then)} in training and {short(now)} when "
        "evaluated: the moving statistics of batch normalization may lag."
    )


@condition(
    "overfitting",
    "stop there with EarlyStopping(restore_best_weights=True), or try more data or Dropout.",
)
def overfitting(e: Evidence) -> str:
    found = risen_since(e.validation, e.training, e.validated_on)
    if found is None or lagging_statistics(e):
        return ""
    epoch, lowest = found
    again = risen_since(e.validation, e.now, e.validated_on)
    story = (
        f"Validation was lowest after epoch {epoch}, at {short(lowest)}; since then it has risen "
        "while training fell"
    )
    if e.batch_statistics and not again:
        return (
            f"{story}. This may be overfitting, or moving statistics of batch normalization that "
            "lag: fit(evaluate_each_epoch=True) tells them apart."
        )
    return f"{story}: this may be overfitting."


@condition(
    "loss does not fit",
    'end in "linear" for amounts or "sigmoid" for two classes, or scale the targets.',
)
def loss_does_not_fit(e: Evidence) -> str:
    return e.outside and f"{e.outside}."


@condition("imbalance", "look at recall of each class; class_weight= may help.")
def imbalance(e: Evidence) -> str:
    if e.classes is None:
        return ""
    name, count, answered = e.classes
    if not COMMON * e.samples <= count < e.samples or answered < e.samples:
        return ""
    return (
        f"All {e.samples} samples are answered with class {name}, and {count} of them are of it: "
        f"an accuracy of {count / e.samples:.2f} may mean that nothing else was learned."
    )


@condition("dead relu", "try a lower learning rate, he_normal, or leaky_relu.")
def dead_relu(e: Evidence) -> str:
    layers = [name for name, (dead, units) in e.silent.items() if dead >= DEAD * units]
    if not layers or e.samples < 30:
        return ""
    dead, units = e.silent[layers[0]]
    return (
        f"{dead} of {units} relu units of {layers[0]} are 0 for all {e.samples} samples, and get "
        "no gradient from them: they may be dead."
    )


@condition("vanishing gradients", "try relu, BatchNormalization, or a connection around layers.")
def vanishing_gradients(e: Evidence) -> str:
    layers = [(name, size) for name, size in e.gradients.items() if size == size]
    if len(layers) < 3 or not poor(e) or dead_relu(e) or layers[0][1] >= VANISHED * layers[-1][1]:
        return ""
    (first, small), (last, large) = layers[0], layers[-1]
    return (
        f"The gradient of {first} is {short(small)}, that of {last} {short(large)}: it may be "
        "vanishing on its way back."
    )


@condition("exploding gradients", "try smaller initial weights, scaled targets, or clipnorm=1.0.")
def exploding_gradients(e: Evidence) -> str:
    large = [name for name, size in e.gradients.items() if size > EXPLODED * e.sizes[name] > 0]
    if not large or unscaled_inputs(e):
        return ""
    name = max(large, key=e.gradients.__getitem__)
    return (
        f"The gradient of {name} is {short(e.gradients[name])}, and its weights are "
        f"{short(e.sizes[name])}: gradients may be exploding."
    )


@condition("unscaled inputs", "put Normalization, adapted to x, in front.")
def unscaled_inputs(e: Evidence) -> str:
    if e.range and max(map(abs, e.range)) > LOUD:
        low, high = map(short, e.range)
        return f"The inputs reach from {low} to {high}, unscaled: training may be slow or unstable."
    if e.spreads and e.spreads[1] > UNEVEN * e.spreads[0]:
        small, large = map(short, e.spreads)
        return f"Columns of the input spread by {small} to {large}, unscaled: training may be slow."
    return ""


@condition("label mismatch", "look at a few samples with their targets.")
def label_mismatch(e: Evidence) -> str:
    failed = poor(e) or (
        e.validated is not None and e.baseline is not None and e.validated > e.baseline
    )
    if e.alike is None or not failed or frozen(e):
        return ""
    same, chance = e.alike
    if chance > COMMON * e.samples:
        return ""  # nearly all are of one class
    if same > chance + 2 * (chance * (1 - chance / e.samples)) ** 0.5:
        return ""
    return (
        f"The nearest other sample has the same target for {same} of {e.samples} samples, and "
        f"chance gives {chance:.0f}: the targets may not belong to these samples."
    )


@condition("leak", "ask whether this column is known before the target is.")
def leak(e: Evidence) -> str:
    return e.telling and f"{e.telling} alone tells every target: it may have been made from them."


@condition("repeated samples", "split before samples are repeated.")
def repeated_samples(e: Evidence) -> str:
    if e.repeated is None or e.repeated[0] < 0.1 * e.repeated[1]:
        return ""
    again, count = e.repeated
    return (
        f"{again} of {count} validation samples are training samples, too: the validation loss may "
        "be lower than that of new data."
    )


@condition("too few steps", "train for more epochs.", explained=False)
def too_few_steps(e: Evidence) -> str:
    fall = last_fall(e.training)
    if fall < 0.05 or (e.validation and last_fall(e.validation) <= 0) or overfitting(e):
        return ""
    if e.loss is not None and e.baseline is not None and e.loss < LEARNED * e.baseline:
        return ""  # a loss may fall for ever, and there is nothing left to learn
    return (
        f"The training loss was still falling at the end, by {100 * fall:.0f} % in the last fifth "
        "of the epochs."
    )


@condition("underfitting", "try more units or layers, or look at what x can tell.", explained=False)
def underfitting(e: Evidence) -> str:
    if not poor(e) or len(e.training) < 5 or last_fall(e.training) >= 0.02:
        return ""
    return (
        f"The loss, {short(e.loss or 0)}, has stopped falling, and one answer for all samples has "
        f"{short(e.baseline or 0)}: the model may be too simple, or x may tell little."
    )


def findings(evidence: Evidence, names: Iterable[str] | None = None) -> list[Finding]:
    """What may be wrong, the surest first; of all conditions, or of those named."""
    wanted = None if names is None else set(names)
    found: list[Finding] = []
    for name, test, fix, explained in CONDITIONS:
        if wanted is not None and name not in wanted:
            continue
        sentence = test(evidence)
        if sentence and (explained or not found):
            found.append(Finding(name, sentence, fix))
    return found

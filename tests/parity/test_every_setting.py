"""Every public class and function is recorded with Keras: layers at three settings, all with each
argument at two values or more.

Where a layer has fewer settings than three, calls on inputs of other shapes count as settings.
"""

import inspect

import pytest

from tests.parity.record import TOLERANCE
from tests.parity.recorded import arguments, public, recorded, text

THINGS = dict(public())
DRAWN = "funclab draws random numbers of its own; tests of their statistics stand in for records"
ONLY_VALUE = "Keras takes one value only"
BASE = "a base class, without numbers of its own"
NO_TENSOR = "describes inputs and makes no numbers"
REFUSED = "refused: there is no low-rank adaptation, no quantization and no sparse tensor"
NO_EFFECT = "changes no number"
WEIGHTS_SET = "a case sets every weight; initializers are compared by themselves"

WITHOUT: dict[str, str] = {
    BASE: "layers.Layer layers.Wrapper losses.Loss metrics.Metric optimizers.Optimizer "
    "schedules.LearningRateSchedule initializers.Initializer regularizers.Regularizer "
    "constraints.Constraint",
    NO_TENSOR: "layers.InputLayer layers.InputSpec",
    DRAWN: "initializers.RandomNormal initializers.RandomUniform initializers.TruncatedNormal "
    "initializers.VarianceScaling initializers.GlorotNormal initializers.GlorotUniform "
    "initializers.HeNormal initializers.HeUniform initializers.LecunNormal "
    "initializers.LecunUniform initializers.Orthogonal layers.RandomFlip",
}
"""Why some have no records."""

ARGUMENTS_WITHOUT: dict[str, str] = {
    NO_EFFECT: "name dtype flash_attention use_cudnn implementation synchronized input_length",
    DRAWN: "seed RandomContrast.factor",
    REFUSED: "lora_rank lora_alpha quantization_config gptq_unpacked_column_size sparse ragged",
    WEIGHTS_SET: "weights kernel_initializer bias_initializer recurrent_initializer "
    "embeddings_initializer depthwise_initializer pointwise_initializer alpha_initializer "
    "beta_initializer gamma_initializer moving_mean_initializer moving_variance_initializer",
    ONLY_VALUE: "Resizing.fill_mode IntegerLookup.vocabulary_dtype",
    "another spelling, of Keras 2": "LeakyReLU.alpha",
    "of a learner outside of the model that is recorded: discretization_adapted": (
        "Discretization.num_bins Discretization.epsilon"
    ),
    "is about bytes, which arrays of text do not have": "encoding",
    "no mask reaches the loop over maps": "ConvLSTM1D.zero_output_for_mask "
    "ConvLSTM2D.zero_output_for_mask ConvLSTM3D.zero_output_for_mask",
    "Keras 3.15 takes it and does not use it": "SimpleRNN.activity_regularizer",
    "Keras 3.15 divides rows by the lengths of columns": "OrthogonalRegularizer.mode",
    "Keras takes the axes of channels for those of images": "AutoContrast.data_format",
    "Keras does not pass it on": "RandomColorJitter.data_format",
    "Keras counts the last call of the layer only": "ReversibleEmbedding.activity_regularizer",
    "a function, which no configuration compares": "Lambda.mask",
}
"""Why some arguments, of all or of one class, have one value only."""

EXCUSED = {name for names in WITHOUT.values() for name in names.split()}
EXCUSED_ARGUMENTS = {name for names in ARGUMENTS_WITHOUT.values() for name in names.split()}


def different(name: str) -> int:
    return len({tuple(sorted(setting.items())) for setting in recorded()[name]})


def values(name: str, argument: str) -> set[str]:
    """What the records give an argument, and its default."""
    default = arguments(THINGS[name])[argument]
    beside = set() if default is inspect.Parameter.empty else {text(default)}
    return beside | {setting[argument] for setting in recorded()[name] if argument in setting}


@pytest.mark.parametrize("name", sorted(THINGS.keys() - EXCUSED))
def test_it_is_recorded_with_each_argument_at_two_values(name):
    own = [
        argument
        for argument in arguments(THINGS[name])
        if not {argument, f"{THINGS[name].__name__}.{argument}"} & EXCUSED_ARGUMENTS
    ]
    if not inspect.isclass(THINGS[name]):
        own = [one for one in own if arguments(THINGS[name])[one] is not inspect.Parameter.empty]

    alike = [argument for argument in own if len(values(name, argument)) < 2]

    assert not alike, (
        "a case with another value in tests/parity/*_models.py; record.py says how to record it"
    )
    assert different(name) >= (3 if name.startswith("layers.") else 1)


def test_records_are_compared_at_a_hundred_thousandth():
    assert TOLERANCE == 1e-5


def test_only_what_is_there_and_not_recorded_is_excused():
    known = {name for thing in THINGS.values() for name in arguments(thing)}
    of_class = {
        f"{thing.__name__}.{name}" for thing in THINGS.values() for name in arguments(thing)
    }

    assert THINGS.keys() >= EXCUSED
    assert known | of_class >= EXCUSED_ARGUMENTS

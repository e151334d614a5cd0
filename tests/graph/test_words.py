"""The reprs of objects, and the methods that subclasses must write."""

import copy
import pickle

import numpy as np
import pytest

from funclab import (
    Input,
    Model,
    Sequential,
    constraints,
    initializers,
    losses,
    metrics,
    ops,
    optimizers,
    registry,
    regularizers,
)
from funclab.callbacks import EarlyStopping, ModelCheckpoint
from funclab.errors import ArgumentError, NotSupportedError
from funclab.graph.tape import Tape
from funclab.graph.value import Variable
from funclab.layers import RNN, Dense, GRUCell, Layer, LSTMCell, Normalization, StringLookup

X = Input((3,), name="x")


def value_of(function):
    """What a function gives for a variable, on a tape."""
    with Tape():
        return function(Variable(np.ones((1, 3)), name="v"))


TOLD = {
    "<Tanh() name=tanh>": lambda: ops.tanh(X)._keras_history.operation,
    "<Tensor tanh[0:0] shape=(None, 3) dtype=float32>": lambda: ops.tanh(X),
    "<Dense d units=2>": lambda: Dense(2, name="d"),
    "<StringLookup s vocabulary=['w0', 'w1', 'w2', ..., 'w8'] (9 values)>": lambda: StringLookup(
        vocabulary=[f"w{i}" for i in range(9)], name="s"
    ),
    "<RNN r cell=[<LSTMCell lstm_cell units=3>, <GRUCell gru_cell units=2>]>": lambda: RNN(
        [LSTMCell(3), GRUCell(2)], name="r"
    ),
    "<Normalization n mean=[0.0, 1.0] variance=[1.0, 1.0]>": lambda: Normalization(
        mean=np.arange(2.0), variance=np.ones(2), name="n"
    ),
    "<Dense k units=2 kernel_initializer=Ones()>": lambda: Dense(
        2, name="k", kernel_initializer=initializers.Ones()
    ),
    "<Sequential s: 1 layers>": lambda: Sequential([Dense(2)], name="s"),
    "<Functional m: 1 layers, output [(None, 3)]>": lambda: Model(X, ops.tanh(X), name="m"),
    "<Call Tanh() in no layer>": lambda: value_of(ops.tanh).origin,
    "<Call BiasActivation(activation='linear') in inner>": lambda: (
        value_of(Dense(2, name="inner")).origin
    ),
    "<Value shape=(1, 3), dtype=float64>": lambda: value_of(ops.tanh),
    "<Variable shape=(2,), dtype=float64>": lambda: Variable(np.ones(2)),
    "<AUC auc>": lambda: metrics.AUC(),
    "Constant(value=3.0)": lambda: initializers.Constant(3.0),
    "Huber(delta=2.0, reduction='sum', name='h')": lambda: losses.Huber(2.0, "sum", "h"),
    "SGD(learning_rate=0.1, momentum=0.5, nesterov=False)": lambda: optimizers.SGD(0.1, 0.5),
    "MaxNorm(max_value=2, axis=0)": lambda: constraints.MaxNorm(),
    "L1L2(l1=0.5, l2=0.0)": lambda: regularizers.L1L2(0.5),
}


@pytest.mark.parametrize("text", TOLD)
def test_things_say_what_they_are(text):
    with registry.fresh_names():
        thing = TOLD[text]()

    assert repr(thing) == text


UNWRITTEN = {
    "Initializer has no `__call__` yet": lambda: initializers.Initializer()((2,)),
    "Regularizer has no `__call__` yet": lambda: regularizers.Regularizer()(np.ones(2)),
    "Constraint has no `__call__` yet": lambda: constraints.Constraint()(np.ones(2)),
    "LearningRateSchedule has no `__call__` yet": lambda: (
        optimizers.schedules.LearningRateSchedule()(0)
    ),
    "Loss has no `call` yet": lambda: losses.Loss().call(1, 2),
    "Metric has no `update_state` yet": lambda: metrics.Metric().update_state(1),
    "Metric has no `result` yet": lambda: metrics.Metric().result(),
    "Optimizer has no `update_step` yet": lambda: optimizers.Optimizer(0.1).update_step(1, 2, 3),
    "does not have a `call` method implemented": lambda: Layer().call(1),
}


@pytest.mark.parametrize("says", UNWRITTEN)
def test_what_a_base_class_leaves_to_others_says_what_to_write(says):
    with pytest.raises(NotSupportedError) as caught:
        UNWRITTEN[says]()

    assert says in caught.value.what
    assert f"def {says.split('`')[1]}(self" in caught.value.fix


def test_an_error_keeps_its_words_in_copies_and_other_processes():
    error = ArgumentError("what", why="why", fix="fix", graph=X)

    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is ArgumentError
        assert str(again) == str(error) == "what\n\n  Why: why\n  Fix: fix"
        assert again.graph is None


def test_a_variable_is_a_number_or_an_array():
    number, several = Variable(np.array(2.5, "float32")), Variable(np.ones((4, 2)))
    several.assign_sub(0.25)
    several.assign_add(np.ones((4, 2)))

    assert (float(number), int(number), len(several)) == (2.5, 2, 4)
    assert np.array(several).tolist() == [[1.75, 1.75]] * 4
    assert np.array(number, "float64").dtype == "float64"


def test_names_counted_afresh_go_on_afterwards():
    prefix = "counted_here"
    before = registry.auto_name(prefix)

    with registry.fresh_names():
        inside = [registry.auto_name(prefix), registry.auto_name(prefix)]

    assert (before, *inside) == (prefix, prefix, f"{prefix}_1")
    assert registry.auto_name(prefix) == f"{prefix}_1"


def test_numbers_drawn_from_a_generator_leave_the_usual_one_alone():
    initializers.base.rng().bit_generator.state = state = np.random.default_rng(
        1
    ).bit_generator.state

    with initializers.base.using(np.random.default_rng(5)):
        own = initializers.RandomNormal()((2,))
    with initializers.base.using(np.random.default_rng(5)):
        same = initializers.RandomNormal()((2,))

    assert own.tolist() == same.tolist()
    assert initializers.base.rng().bit_generator.state == state


REFUSED = {
    "compute_output_shape": lambda: Dense(2).compute_output_shape(3),
    "patience": lambda: EarlyStopping(patience=-1),
    "mode": lambda: EarlyStopping(mode="up"),
    "monitor": lambda: EarlyStopping(3),
    "save_freq": lambda: ModelCheckpoint("m.keras", save_freq="day"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_by_name(name):
    with pytest.raises(ArgumentError) as caught:
        REFUSED[name]()

    assert name in caught.value.what

"""Optimizers: their settings, what they remember, and steps by hand. Parity tests their numbers."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from funclab import Input, Sequential, optimizers
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError
from funclab.graph.value import Variable
from funclab.layers import Dense, Embedding, Flatten
from funclab.ops import multiply, sum
from funclab.optimizers import (
    SGD,
    Adam,
    Ftrl,
    Lion,
    schedules,
)


def test_the_learning_rate_may_change_between_steps():
    optimizer = SGD(0.1)
    w = Variable([1.0])

    optimizer.apply([np.ones(1)], [w])
    optimizer.learning_rate = 0.01
    optimizer.apply([np.ones(1)], [w])
    optimizer.learning_rate.assign(0.001)
    optimizer.apply([np.ones(1)], [w])

    np.testing.assert_allclose(w.array, [1 - 0.1 - 0.01 - 0.001])
    assert float(optimizer.lr) == 0.001


def test_the_learning_rate_may_be_multiplied_in_place():
    optimizer = SGD(0.1)

    optimizer.learning_rate *= 0.5

    assert float(optimizer.learning_rate) == pytest.approx(0.05)


@np.errstate(all="ignore")
@pytest.mark.parametrize("kind", [optimizers.Adam, optimizers.Adamax, optimizers.Nadam])
def test_averages_that_never_follow_give_nan_to_be_seen(kind: type[optimizers.Optimizer]):
    weight = Variable([1.0])

    kind(beta_1=1.0, beta_2=1.0).apply([np.ones(1)], [weight])

    assert np.isnan(weight.numpy()).all()


def test_an_own_step_may_subtract_in_place():
    class Plain(optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            variable -= learning_rate * gradient

    weight = Variable(np.ones(2, "float32"))

    Plain(0.1).apply([np.array([1.0, -2.0], "float32")], [weight])

    np.testing.assert_allclose(weight.numpy(), [0.9, 1.2], rtol=1e-6)


def test_a_schedule_gives_each_step_its_rate():
    optimizer = SGD(schedules.ExponentialDecay(1.0, decay_steps=1, decay_rate=0.5))
    w = Variable([0.0])

    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])

    np.testing.assert_allclose(w.array, [-(1 + 0.5 + 0.25)])


def test_the_falling_rate_of_keras_2_is_understood():
    optimizer = SGD(lr=1.0, decay=1.0)
    w = Variable([0.0])

    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])

    np.testing.assert_allclose(w.array, [-(1 + 1 / 2 + 1 / 3)])


@pytest.mark.parametrize(
    ("setting", "clipped"),
    [
        ({"clipnorm": 1.0}, [0.6, 0.8, 0.3]),
        ({"global_clipnorm": 1.0}, np.array([3, 4, 0.3]) / np.sqrt(25.09)),
        ({"clipvalue": 0.2}, [0.2, 0.2, 0.2]),
    ],
)
def test_gradients_are_clipped_before_the_step(setting, clipped):
    a, b = Variable(np.zeros(2)), Variable(np.zeros(1))

    SGD(1.0, **setting).apply([np.array([3.0, 4.0]), np.array([0.3])], [a, b])

    np.testing.assert_allclose(np.concatenate([a.array, b.array]), np.negative(clipped))


def test_a_gradient_of_nan_is_seen_in_spite_of_clipping():
    w = Variable(np.zeros(2))

    SGD(clipnorm=1.0).apply([np.array([np.nan, 1.0])], [w])

    assert np.isnan(w.array).all()


def test_a_constraint_holds_after_every_step():
    w = Variable(np.ones(2), constraint=lambda array: np.maximum(array, 0))

    SGD(1.0).apply([np.array([3.0, 0.5])], [w])

    np.testing.assert_allclose(w.array, [0, 0.5])


def test_the_parts_of_a_row_that_is_used_twice_are_added_before_they_are_squared():
    """Keras on TensorFlow squares each part; on JAX and PyTorch it does as funclab."""
    ids, targets = np.array([[0, 1, 0, 2, 0]]), np.array([[3.0, -1.0, 2.0, 0.5, 1.0]])
    model = Sequential([Input((5,), dtype="int32"), Embedding(3, 1), Flatten()])
    model.compile(Adam(0.1), "mse")
    table = np.array([[0.5], [0.25], [-1.0]])
    model.set_weights([table])

    first = second = np.zeros((3, 1))
    for step in (1, 2, 3):
        gradient = np.zeros((3, 1))
        np.add.at(gradient, ids[0], 2 / 5 * (table[ids[0]] - targets.T))
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        rate = 0.1 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        table = table - rate * first / (np.sqrt(second) + 1e-7)
        model.train_on_batch(ids, targets)

    np.testing.assert_allclose(model.get_weights()[0], table, rtol=1e-5)


@pytest.mark.usefixtures("recorded")
def test_a_plan_ends_with_the_optimizer_s_step():
    w = Variable(np.array([2.0], "float32"))
    plan = Plan(sum(multiply(w, w)))
    SGD(0.25).add_steps(plan)

    plan.run()
    plan.run()

    np.testing.assert_allclose(w.array, [0.5])  # the gradient is 2 w: each step halves w
    assert "sgd" in str(plan)


def test_what_is_remembered_survives_a_new_plan_and_new_variables():
    optimizer = SGD(0.1, momentum=0.9)
    first, second = Variable(np.zeros(3)), Variable(np.zeros(2))

    optimizer.apply([np.ones(3)], [first])
    optimizer.apply([np.ones(2), np.ones(3)], [second, first])

    np.testing.assert_allclose(first.array, -0.1 - 0.19)
    np.testing.assert_allclose(second.array, -0.1)


def test_weights_of_an_optimizer_can_be_taken_and_restored():
    optimizer, other = Adam(), Adam()
    w, same = Variable(np.ones(4)), Variable(np.ones(4))
    optimizer.apply([np.arange(4.0)], [w])
    same.assign(w)

    other.build([same])
    other.set_weights(optimizer.get_weights())
    optimizer.apply([np.ones(4)], [w])
    other.apply([np.ones(4)], [same])

    np.testing.assert_array_equal(w.array, same.array)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam"])
def test_a_long_array_is_changed_as_many_short_ones(name):
    short, long = Variable(np.arange(7.0)), Variable(np.tile(np.arange(7.0), 150_000))

    for w in (short, long):
        optimizer = optimizers.get(name)
        for _ in range(2):
            optimizer.apply([w.array + 1], [w])

    np.testing.assert_array_equal(long.array.reshape(-1, 7), np.tile(short.array, (150_000, 1)))


def test_variables_may_be_left_out_of_weight_decay():
    optimizer = SGD(0.5, weight_decay=0.5)
    names = ("dense/kernel", "dense/bias", "norm/gamma", "plain")
    variables = [Variable(np.ones(2), name=name) for name in names]
    optimizer.exclude_from_weight_decay(var_list=variables[3:], var_names=["bias", "norm"])

    optimizer.apply([np.zeros(2)] * 4, variables)

    assert [variable.array[0] for variable in variables] == [0.75, 1, 1, 1]


@pytest.mark.parametrize("extra", [-1, 1])
def test_weights_of_another_number_are_refused_and_change_nothing(extra):
    optimizer, w = Adam(name="adam"), Variable(np.ones(4))
    optimizer.apply([np.arange(4.0)], [w])
    before = optimizer.get_weights()
    others = [np.zeros_like(array) for array in before]

    with pytest.raises(ValueError, match=f"adam got {3 + extra} arrays, but remembers 3."):
        optimizer.set_weights(others[:extra] if extra < 0 else [*others, np.zeros(4)])

    for kept, array in zip(optimizer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(kept, array)


@pytest.mark.parametrize("name", ["sgd", "SGD", "rmsprop", "RMSprop", "adam", "Adam", "AdamW"])
def test_an_optimizer_is_known_by_its_names(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: SGD(learnig_rate=0.1), ArgumentError, "learnig_rate"),
        (lambda: SGD("fast"), ArgumentError, "learning_rate='fast'"),
        (lambda: SGD(momentum=9), ArgumentError, "momentum=9"),
        (lambda: SGD(clipnorm=1.0, clipvalue=1.0), ArgumentError, "Only one of"),
        (lambda: SGD(use_ema=True, ema_momentum=2.0), ArgumentError, "ema_momentum"),
        (lambda: SGD(use_ema=True, ema_overwrite_frequency=-1), ArgumentError, "an integer >= 1"),
        (lambda: SGD(gradient_accumulation_steps=1), ArgumentError, "an integer >= 2"),
        (lambda: Lion(beta_1=0.0), ArgumentError, "beta_1"),
        (lambda: Ftrl(learning_rate_power=0.5), ArgumentError, "negative or zero"),
        (lambda: Ftrl(l1_regularization_strength=-1.0), ArgumentError, "0 or above"),
        (lambda: SGD().apply([None], [Variable(np.ones(1))]), ArgumentError, "No gradients"),
        (lambda: optimizers.get("adm"), ValueError, "did you mean adam"),
        (lambda: optimizers.get(3), ArgumentError, "optimizer identifier: 3"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_every_optimizer_takes_the_arguments_of_all_after_its_own():
    shared = list(inspect.signature(optimizers.Optimizer).parameters)[1:]

    for name in ("SGD", "Adam", "AdamW", "Ftrl", "Adafactor"):
        taken = list(inspect.signature(getattr(optimizers, name)).parameters)
        assert taken[-5:] == shared[-5:], name
        assert set(shared) <= set(taken), name
    assert SGD(0.1, 0.9, False, 0.2).weight_decay == 0.2


def test_adafactor_keeps_averages_over_the_last_two_axes_of_a_kernel():
    adafactor = optimizers.Adafactor()
    adafactor.build([Variable(np.ones((3, 4, 2, 5)), name="kernel")])

    assert {(3, 4, 2), (3, 4, 5)} <= {variable.shape for variable in adafactor.variables}


def test_a_step_by_hand_leaves_out_variables_without_a_gradient():
    first, second = Variable(np.ones(2), name="first"), Variable(np.ones(2), name="second")

    with pytest.warns(UserWarning, match="Gradients do not exist for variables .'second'."):
        steps = SGD(0.5).apply_gradients([(np.ones(2), first), (None, second)])

    assert (first.array.tolist(), second.array.tolist(), int(steps)) == ([0.5] * 2, [1, 1], 1)


def test_gradients_of_a_loss_that_was_made_larger_are_made_smaller():
    optimizer, w = SGD(1.0, loss_scale_factor=8.0), Variable(np.zeros(1))

    optimizer.apply([np.array([float(optimizer.scale_loss(0.5))])], [w])

    assert w.array.tolist() == [-0.5]


def test_the_average_of_the_weights_takes_their_place_when_asked():
    optimizer, w = SGD(1.0, use_ema=True, ema_momentum=0.5), Variable(np.zeros(1))
    for g in (-2.0, -4.0):
        optimizer.apply([np.array([g])], [w])
    before = w.array.tolist()

    optimizer.finalize_variable_values([w])

    assert (before, w.array.tolist()) == ([6.0], [0.5 * 2 + 0.5 * 6])


class Halving(optimizers.Optimizer):
    """Halves every weight, and counts how often."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.counts = [self.add_variable((), name="count") for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        self.assign(variable, variable * 0.5)
        self.assign_add(self.counts[self._get_variable_index(variable)], self.iterations + 1)


def test_an_optimizer_of_ones_own_changes_each_variable_and_remembers():
    optimizer, w, other = Halving(), Variable(np.ones((2, 2))), Variable(np.ones(3))

    for _ in range(2):
        optimizer.apply([np.ones((2, 2)), np.ones(3)], [w, other])

    assert (w.array.tolist(), other.array.tolist()) == ([[0.25] * 2] * 2, [0.25] * 3)
    assert [float(state) for state in optimizer.variables[-2:]] == [1 + 2, 1 + 2]
    with pytest.raises(ArgumentError, match="Unknown variable: variable"):
        optimizer.apply([np.ones(1)], [Variable(np.ones(1))])


def test_an_optimizer_without_a_step_says_what_to_write():
    class Nothing(optimizers.Optimizer):
        pass

    with pytest.raises(NotImplementedError, match="update_step"):
        Nothing().apply([np.ones(1)], [Variable(np.ones(1))])


def test_a_built_optimizer_takes_gradients_for_all_its_variables():
    optimizer, w = SGD(0.5), Variable([1.0])
    optimizer.build([w])

    optimizer.apply([np.ones(1)])

    np.testing.assert_array_equal(w.array, [0.5])


def test_the_name_of_an_optimizer_may_hold_any_characters():
    model = Sequential([Input((2,)), Dense(1, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(0.5, name="{rate} %d"), "mse")

    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)

    assert np.allclose(model.predict(np.ones((1, 2)), verbose=0), 3.0)  # three weights of 1

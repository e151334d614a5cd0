"""A model's own `compute_loss`: its arguments and result, and what fit and evaluate report."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, Model, config, layers, losses, metrics, ops, optimizers, utils
from funclab.errors import ArgumentError, DataError, FunclabError, LossError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = RNG.normal(size=(20, 2)).astype("float32")


def graph(outputs=1, **settings):
    x = Input((4,))
    heads = [layers.Dense(2, name=f"head_{i}", **settings)(x) for i in range(outputs)]
    return x, heads[0] if outputs == 1 else heads


class Doubled(Model):
    """Twice the loss that compile chose."""

    def compute_loss(self, *args, **kwargs):
        return 2 * super().compute_loss(*args, **kwargs)


def test_super_is_the_loss_of_compile_with_weights_and_penalties():
    ends = graph(kernel_regularizer="l2", activity_regularizer="l1")
    plain, doubled = Model(*ends), Doubled(*ends)
    weights = np.arange(20.0)
    for model in (plain, doubled):
        model.compile("sgd", "mse", metrics=["mae"])

    once = plain.evaluate(X, Y, sample_weight=weights, verbose=0)
    twice = doubled.evaluate(X, Y, sample_weight=weights, verbose=0)

    np.testing.assert_allclose(twice, [2 * once[0], once[1]], rtol=1e-6)


def test_a_step_follows_the_gradient_of_the_own_loss():
    ends = graph()
    plain, doubled = Model(*ends), Doubled(*ends)
    start = plain.get_weights()
    plain.compile(optimizers.SGD(0.2), "mse")
    plain.train_on_batch(X, Y)
    wanted = plain.get_weights()
    plain.set_weights(start)
    doubled.compile(optimizers.SGD(0.1), "mse")

    doubled.train_on_batch(X, Y)

    for own, other in zip(doubled.get_weights(), wanted, strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-6)


def test_outputs_with_losses_of_their_own_are_told_of_apart():
    model = Doubled(*graph(outputs=2))
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.5])

    told = model.evaluate(X, [Y, Y], return_dict=True, verbose=0)

    np.testing.assert_allclose(told["loss"], 2 * (told["head_0_loss"] + told["head_1_loss"] / 2))


class Recording(Model):
    """Notes the arguments of compute_loss."""

    passed: Any

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        self.passed = (x, y, y_pred, sample_weight, training)
        return ops.mean(ops.square(y_pred[0] if isinstance(y_pred, list) else y_pred))


def test_the_arguments_have_the_form_of_the_data():
    model = Recording(*graph())
    model.compile("sgd")

    model.train_on_batch(X, {"a": Y, "b": [Y[:, 0], np.arange(20)]}, sample_weight=np.ones(20))

    x, y, y_pred, weight, training = model.passed
    assert (x.shape, y["a"].shape, y["b"][0].shape) == ((20, 4), (20, 2), (20,))
    assert (y["b"][0].dtype, y["b"][1].dtype) == ("float32", "int32")
    assert (y_pred.shape, weight.shape, training) == ((20, 2), (20,), True)


def test_targets_may_be_left_out():
    model = Recording(*graph())
    model.compile(optimizers.SGD(0.5))

    history = model.fit(X, epochs=5, verbose=0).history

    assert model.passed[1] is None
    assert model.passed[3] is None
    assert history["loss"][-1] < history["loss"][0] / 2


def test_evaluate_says_that_it_does_not_train():
    model = Recording(*graph())
    model.compile("sgd")

    model.evaluate(X, verbose=0)

    assert model.passed[-1] is False


def test_several_outputs_come_as_the_model_gives_them_and_their_targets_alike():
    model = Recording(*graph(outputs=2))
    model.compile("sgd", metrics=[["mae"], ["mae"]])

    told = model.evaluate(X, [Y, Y], return_dict=True, verbose=0)

    assert list(told) == ["loss", "head_0_mae", "head_1_mae"]
    assert len(model.passed[1]) == len(model.passed[2]) == 2


def test_other_forms_of_targets_get_a_plan_of_their_own():
    class Summed(Model):
        def compute_loss(self, x, y, y_pred, sample_weight):
            return sum(ops.mean(part) for part in (y.values() if isinstance(y, dict) else y))

    model = Summed(*graph())
    model.compile("sgd")

    listed = model.evaluate(X, [Y, Y], verbose=0)
    named = model.evaluate(X, {"first": Y, "second": 3 * Y}, verbose=0)

    np.testing.assert_allclose([listed, named], [2 * Y.mean(), 4 * Y.mean()], rtol=1e-5)


def test_batches_of_a_generator_train_it_too():
    model = Recording(*graph())
    model.compile("sgd")

    history = model.fit(((X[:5], {"a": Y[:5]}) for _ in range(4)), steps_per_epoch=4, verbose=0)

    assert model.passed[1]["a"].shape == (5, 2)
    assert len(history.history["loss"]) == 1


def test_self_losses_are_what_layers_and_regularizers_add():
    class Own(Model):
        def compute_loss(self, x, y, y_pred, sample_weight):
            self.seen = len(self.losses)
            return ops.mean(ops.square(y - y_pred)) + ops.sum(self.losses)

    ends = graph(kernel_regularizer="l2", activity_regularizer="l1")
    own, plain = Own(*ends), Model(*ends)
    own.compile("sgd")
    plain.compile("sgd", "mse")

    np.testing.assert_allclose(
        own.evaluate(X, Y, verbose=0, batch_size=20),
        plain.evaluate(X, Y, verbose=0, batch_size=20),
        rtol=1e-6,
    )
    assert own.seen == 2


def test_a_property_metrics_says_what_is_told():
    class Tracked(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker, self.spread = metrics.Mean(name="loss"), metrics.Mean(name="spread")

        def compute_loss(self, x, y, y_pred, sample_weight):
            loss = ops.mean(ops.square(y - y_pred))
            self.tracker.update_state(loss)
            self.spread.update_state(ops.std(y_pred))
            return loss

        @property
        def metrics(self):
            return [self.spread]

    model = Tracked(*graph())
    model.compile("sgd")

    told = model.fit(X, Y, batch_size=20, verbose=0, validation_data=(X, Y)).history

    assert list(told) == ["spread", "val_spread"]
    assert model.metrics_names == ["spread"]
    spread = model.evaluate(X, Y, batch_size=20, verbose=0)
    np.testing.assert_allclose(spread, model.predict(X).std(), rtol=1e-5)


def test_a_student_learns_from_a_teacher_that_compute_loss_asks():
    class Distiller(Model):
        def __init__(self, student, teacher):
            super().__init__()
            self.student, self.teacher = student, teacher

        def compile(self, optimizer, distance):
            super().compile(optimizer=optimizer)
            self.distance = distance

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
            return self.distance(ops.stop_gradient(self.teacher(x)), y_pred)

        def call(self, x):
            return self.student(x)

    teacher, student = Model(*graph()), Model(*graph())
    before = teacher.get_weights()
    distiller = Distiller(student, teacher)
    distiller.compile(optimizers.SGD(0.5), losses.MeanSquaredError())

    distiller.fit(X, epochs=200, batch_size=20, verbose=0)

    np.testing.assert_allclose(student.predict(X), teacher.predict(X), atol=0.05)
    np.testing.assert_array_equal(before[0], teacher.get_weights()[0])


def returning(value):
    class Wrong(Model):
        def compute_loss(self, x, y, y_pred, sample_weight):
            return value

    model = Wrong(*graph())
    model.compile("sgd")
    return model


REFUSED = [
    (lambda: returning(3.0).fit(X, Y), LossError, "returned a float"),
    (lambda: returning(None).fit(X, Y), LossError, "returned a NoneType"),
    (lambda: returning(1.0).fit(X, Y, class_weight={0: 1}), ArgumentError, "sample_weight="),
    (lambda: returning(1.0).fit(X, np.array(["a"] * 20)), DataError, "not numbers"),
    (lambda: returning(1.0).fit(X, Y[:5]), FunclabError, "20"),
    (lambda: Doubled(*graph()).compute_loss(y=Y, y_pred=Y), FunclabError, "compile"),
]


@pytest.mark.parametrize(("use", "error", "words"), REFUSED)
def test_what_makes_no_loss_is_refused(use, error, words):
    with pytest.raises(error) as raised:
        use()

    assert words in str(raised.value)


def test_column_targets_reach_own_metrics_as_columns():
    class Hits(metrics.Metric):
        def __init__(self, name="hits", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_variable(shape=(), name="total")

        def update_state(self, y_true, y_pred, sample_weight=None):
            classes = ops.reshape(ops.argmax(y_pred, axis=1), (-1, 1))
            same = ops.cast(y_true, "int32") == ops.cast(classes, "int32")
            self.total.assign_add(ops.sum(ops.cast(same, config.floatx())))

        def result(self):
            return self.total.value

    utils.set_random_seed(0)
    labels = RNG.integers(2, size=(20, 1))
    x, y = graph(activation="softmax")
    model = Model(x, y)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[Hits(), "accuracy"])

    _, hits, accuracy = model.evaluate(X, labels, verbose=0)

    assert hits == round(20 * accuracy)

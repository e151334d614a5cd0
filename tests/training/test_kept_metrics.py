"""Metrics that a layer or a model keeps in its attributes, and updates in its call."""

import pickle

import numpy as np
import pytest

from funclab import Input, Layer, Model, layers, metrics, ops

RNG = np.random.default_rng(0)
X = RNG.random((20, 3)).astype("float32")
Y = (X.sum(1, keepdims=True) > 1.5).astype("float32")


class Total(metrics.Metric):
    """A metric as users write them, with NumPy."""

    def __init__(self, name="total", **kwargs):
        super().__init__(name=name, **kwargs)
        self.sum = self.add_variable((), name="sum")

    def update_state(self, values, sample_weight=None):
        self.sum.assign_add(np.abs(values).sum())

    def result(self):
        return self.sum


class Endpoint(Layer):
    """Adds a loss, and keeps metrics of several kinds, in a dict too."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.area, self.total = metrics.AUC(name="area"), Total()
        self.more = {"means": [metrics.Mean("level")]}

    def call(self, y_true, y_pred):
        self.add_loss(ops.mean(ops.square(y_true - y_pred)))
        self.area.update_state(y_true, y_pred)
        self.total.update_state(y_pred)
        self.more["means"][0].update_state(y_pred)
        return y_pred


def endpoint_model():
    x, y = Input((3,)), Input((1,))
    model = Model([x, y], Endpoint()(y, layers.Dense(1, activation="sigmoid")(x)))
    model.compile("adam")
    return model


NAMES = ["loss", "area", "total", "level"]


def test_fit_tells_of_the_metrics_of_layers():
    told = endpoint_model().fit([X, Y], epochs=2, validation_split=0.5, verbose=0).history

    assert list(told) == [*NAMES, *(f"val_{name}" for name in NAMES)]


@pytest.mark.parametrize("size", [20, 7])
def test_they_have_seen_each_batch_once(size):
    model = endpoint_model()
    model.fit([X, Y], verbose=0)

    told = model.evaluate([X, Y], batch_size=size, return_dict=True, verbose=0)

    predicted = model.predict([X, Y])
    area = metrics.AUC()
    area.update_state(Y, predicted)
    wanted = [((Y - predicted) ** 2).mean(), area.result(), predicted.sum(), predicted.mean()]
    np.testing.assert_allclose(list(told.values()), wanted, rtol=1e-5)


def test_they_are_listed_before_and_after_training():
    model = endpoint_model()
    names = [metric.name for metric in model.metrics]
    model.train_on_batch([X, Y])

    assert names == [metric.name for metric in model.metrics] == model.metrics_names == NAMES
    assert [metric.name for metric in model.layers[-1].metrics] == NAMES[1:]


def test_they_come_after_those_of_compile():
    model = endpoint_model()
    model.compile("adam", "mse", metrics=["mae"])

    told = model.evaluate([X, Y], Y, return_dict=True, verbose=0)

    assert list(told) == ["loss", "mae", *NAMES[1:]]


def test_a_model_keeps_some_too_but_not_those_of_a_model_inside_it():
    class Keeping(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.mean = metrics.Mean(f"mean_of_{self.name}")

        def call(self, inputs, training=None, mask=None):
            outputs = super().call(inputs, training, mask)
            self.mean.update_state(outputs)
            return outputs

    x = Input((3,))
    inner = Keeping(x, layers.Dense(2)(x), name="inner")
    outer = Keeping(x, inner(x), name="outer")
    outer.compile("sgd", "mse")

    told = outer.evaluate(X, X[:, :2], return_dict=True, verbose=0)

    assert list(told) == ["loss", "mean_of_outer"]
    np.testing.assert_allclose(told["mean_of_outer"], outer.predict(X).mean(), rtol=1e-4)


def test_those_added_after_compile_are_told_of():
    x = Input((3,))
    watched = Late()
    model = Model(x, layers.Dense(1)(watched(x)))
    model.compile("sgd", "mse")
    model.evaluate(X, Y, verbose=0)

    watched.mean = metrics.Mean("late")

    told = model.evaluate(X, Y, return_dict=True, verbose=0)
    np.testing.assert_allclose(told["late"], X.mean(), rtol=1e-5)


class Late(Layer):
    mean = None

    def call(self, inputs):
        if self.mean is not None:
            self.mean.update_state(inputs)
        return inputs


def test_called_on_arrays_a_layer_updates_them():
    layer = Endpoint()

    layer(Y, X[:, :1])

    np.testing.assert_allclose(float(layer.total.result()), X[:, 0].sum(), rtol=1e-5)


def test_copies_have_metrics_of_their_own():
    model = endpoint_model()
    copy = pickle.loads(pickle.dumps(model))

    copy.evaluate([X, Y], verbose=0)

    assert float(model.layers[-1].total.result()) == 0
    assert float(copy.layers[-1].total.result()) > 0


def test_a_metric_of_one_number_may_be_an_array():
    x = Input((3,))
    model = Model(x, layers.Dense(1, activation="sigmoid")(x))
    model.compile("sgd", "binary_crossentropy", metrics=[metrics.F1Score(threshold=0.5)])

    _, score = model.evaluate(X, Y, verbose=0)

    hits = (model.predict(X) > 0.5) * Y
    assert score.shape == (1,)
    total = (model.predict(X) > 0.5).sum() + Y.sum()
    np.testing.assert_allclose(score, [2 * hits.sum() / total], rtol=1e-5)

"""Training steps written in Python: programs of Keras' guides, and when a plan of them is kept."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import GradientTape, Model, Variable, layers, losses, ops, random
from funclab.callbacks import Callback
from funclab.errors import ArgumentError, DataError, LossError, NotCompiledError, NotSupportedError
from funclab.optimizers import SGD
from tests.tape.guide_programs import FILE, outcome, programs

KERAS = json.loads(FILE.read_text())
PROGRAMS = programs(funclab, GradientTape)
X = np.ones((8, 3), "float32")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_the_guides_has_the_numbers_of_keras(name):
    found = outcome(PROGRAMS[name])

    wanted = KERAS[name]
    assert found["logs"].keys() == wanted["logs"].keys()
    assert found["weights"] == pytest.approx(wanted["weights"], rel=1e-5)
    for key, values in wanted["logs"].items():
        assert found["logs"][key] == pytest.approx(values, rel=1e-5, abs=1e-6), key


def test_the_distilled_student_and_the_losses_of_layers_are_those_of_the_built_in_step():
    def trained(cls: type[Model]) -> list[Any]:
        funclab.utils.set_random_seed(1)
        inputs = layers.Input((5, 4))
        hidden = layers.LSTM(3)(inputs)
        hidden = layers.Dense(4, kernel_regularizer="l2", activity_regularizer="l1")(hidden)
        model = cls(inputs, layers.Dense(1)(layers.Dropout(0.3, seed=1)(hidden)))
        model.compile("adam", "mse", metrics=["mae"])
        x = np.random.default_rng(0).normal(size=(20, 5, 4)).astype("float32")
        history = model.fit(x, x[:, 0, :1], batch_size=8, epochs=3, verbose=0, shuffle=False)
        evaluated = model.evaluate(x, x[:, 0, :1], batch_size=8, verbose=0)
        return [*model.get_weights(), *history.history.values(), evaluated]

    class Same(Model):
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    for found, wanted in zip(trained(Same), trained(Model), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=1e-7)


def test_a_batch_may_hold_batches_of_several_lengths():
    class Both(Model):
        def train_step(self, data: Any) -> Any:
            (unlabeled, _), (labeled, y) = data
            return {"rows": ops.shape(unlabeled)[0] - ops.shape(labeled)[0], "y": ops.sum(y)}

        test_step = train_step

    many = funclab.data.Dataset.from_tensor_slices((np.ones((10, 3)), np.ones(10))).batch(4)
    few = funclab.data.Dataset.from_tensor_slices((np.ones((6, 3)), np.arange(6.0))).batch(2)
    model = Both()
    model.compile("sgd")
    pairs = funclab.data.Dataset.zip((many, few))

    history = model.fit(pairs, validation_data=pairs, epochs=2, verbose=0).history

    assert history["rows"] == history["val_rows"] == [0, 0]
    assert history["y"] == history["val_y"] == [9, 9]
    assert model.evaluate(many.take(1).map(lambda x, y: ((x, y), (x[:1], y[:1]))), verbose=0)
    with pytest.raises(DataError, match="same number of samples"):
        model.fit(np.ones((4, 3)), np.ones(3), verbose=0)


def test_windows_of_a_series_are_read_in_their_order():
    seen = []

    class Reader(Model):
        def train_step(self, data: Any) -> Any:
            seen.append(float(data[1][0]))
            return {"loss": 0.0}

    series = np.arange(40.0)
    windows = funclab.utils.timeseries_dataset_from_array(series, series, 2, batch_size=4)
    model = Reader()
    model.compile("sgd")

    model.fit(windows, epochs=2, verbose=0)

    assert seen == [*range(0, 40, 4)] * 2


class Base(Model):
    """A model whose only output is the sum of three inputs that are 1, times a weight of 1."""


def steps_of(cls: type[Model], batches: int = 6, **settings: Any) -> tuple[list[float], bool]:
    """What the step reports for each batch, and whether its plan was kept in the end."""
    inputs = layers.Input((3,))
    model = cls(inputs, layers.Dense(1, kernel_initializer="ones")(inputs))
    model.compile(SGD(0.0), **settings)
    found: list[float] = []
    for _ in range(batches):
        found += model.fit(X, X[:, :1], batch_size=8, verbose=0).history["v"]
    step = next(iter(model.compiled_state.steps.kept.values()))
    return [round(value, 4) for value in found], step.kept is not None


def test_a_step_that_does_the_same_twice_is_kept_and_stays_right():
    class Counts(Model):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.count = Variable(np.float32(0), trainable=False)

        def train_step(self, data: Any) -> Any:
            self.count.assign_add(1.0)
            return {"v": ops.mean(self(data[0])) + self.count}

    assert steps_of(Counts) == ([4, 5, 6, 7, 8, 9], True)


def test_run_eagerly_always_runs_python():
    class Same(Model):
        def train_step(self, data: Any) -> Any:
            return {"v": ops.mean(self(data[0]))}

    assert steps_of(Same, run_eagerly=True) == ([3] * 6, False)
    assert steps_of(Same) == ([3] * 6, True)


def test_a_step_that_changes_an_attribute_runs_in_python_every_time():
    class Counts(Model):
        n = 0

        def train_step(self, data: Any) -> Any:
            self.n += 1
            return {"v": ops.mean(self(data[0])) * float(self.n)}

    assert steps_of(Counts) == ([3, 6, 9, 12, 15, 18], False)


def test_a_step_that_appends_to_a_list_runs_in_python_every_time():
    class Lists(Model):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.seen: list[int] = []

        def train_step(self, data: Any) -> Any:
            self.seen.append(1)
            return {"v": ops.mean(self(data[0])) + float(len(self.seen))}

    assert steps_of(Lists) == ([4, 5, 6, 7, 8, 9], False)


def test_a_step_that_compares_numbers_goes_both_ways():
    class Compares(Model):
        def train_step(self, data: Any) -> Any:
            self.layers[-1].kernel.assign_add(ops.ones((3, 1)))
            value = ops.mean(self(data[0]))
            return {"v": value if value < 10.0 else value * 0.0}

    assert steps_of(Compares) == ([6, 9, 0, 0, 0, 0], False)


def test_noise_of_numpy_and_of_the_library_is_new_in_every_batch():
    class FromNumpy(Model):
        def train_step(self, data: Any) -> Any:
            noise = np.random.default_rng().normal(size=(8, 1)).astype("float32")
            return {"v": ops.mean(self(data[0]) + noise)}

    class FromLibrary(Model):
        def train_step(self, data: Any) -> Any:
            return {"v": ops.mean(self(data[0]) + random.normal((8, 1)))}

    (drawn, kept), (own, own_kept) = steps_of(FromNumpy), steps_of(FromLibrary)
    assert (len({*drawn}), kept) == (6, False)
    assert (len({*own}), own_kept) == (6, True)


def test_the_same_seed_draws_the_same_noise():
    class Noisy(Model):
        def train_step(self, data: Any) -> Any:
            return {"v": ops.mean(self(data[0]) + random.normal((8, 1)))}

    runs = []
    for _ in range(2):
        funclab.utils.set_random_seed(3)
        runs.append(steps_of(Noisy))
    assert runs[0] == runs[1]


def test_a_last_batch_that_is_smaller_has_a_step_of_its_own():
    class Sizes(Model):
        def train_step(self, data: Any) -> Any:
            x, _ = data
            return {"v": ops.sum(self(x)) / 3}

    inputs = layers.Input((3,))
    model = Sizes(inputs, layers.Dense(1, kernel_initializer="ones")(inputs))
    model.compile(SGD(0.0))
    seen: list[float] = []

    class Ends(Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(logs["v"])

    model.fit(X, X[:, :1], batch_size=3, epochs=4, verbose=0, callbacks=[Ends()])

    assert seen == [3, 3, 2] * 4


def test_own_test_and_predict_steps_are_used_wherever_data_are_evaluated():
    class Own(Model):
        def test_step(self, data: Any) -> Any:
            x, y = data
            return {"v": ops.mean(self(x) - y)}

        def predict_step(self, data: Any) -> Any:
            return self(data, training=False) * 10.0

    inputs = layers.Input((3,))
    model = Own(inputs, layers.Dense(1, kernel_initializer="ones")(inputs))
    model.compile(SGD(0.0), "mse")

    history = model.fit(X, X[:, :1], verbose=0, validation_data=(X, X[:, :1])).history
    assert history == {"loss": [4.0], "val_v": [2.0]}
    assert model.evaluate(X, X[:, :1], verbose=0) == 2.0
    assert model.test_on_batch(X, X[:, :1], return_dict=True) == {"v": 2.0}
    for _ in range(3):
        assert (model.predict(X, verbose=0) == 30.0).all()
        assert (model.predict(X, batch_size=3, verbose=0) == 30.0).all()
        assert (model.predict_on_batch(X) == 30.0).all()


def test_a_pipeline_gives_a_step_what_it_has():
    class Triplets(Model):
        def call(self, data: Any) -> Any:
            return ops.sum(data["a"] * data["b"])

        def train_step(self, data: Any) -> Any:
            x, (one, two) = data
            return {"v": self(x) + ops.sum(one - two)}

    pairs = {"a": np.full((4, 2), 2.0), "b": np.full((4, 2), 3.0)}
    targets = (np.full(4, 5.0), np.full(4, 1.0))
    model = Triplets()
    model.compile()
    data = funclab.data.Dataset.from_tensor_slices((pairs, targets)).batch(2)

    history = model.fit(data, epochs=3, verbose=0).history

    assert history == {"v": [32.0] * 3}


def test_samples_are_weighted_by_class_and_by_weight():
    class Weighted(Model):
        def train_step(self, data: Any) -> Any:
            _, _, weight = data
            return {"v": ops.sum(weight)}

    inputs = layers.Input((3,))
    model = Weighted(inputs, layers.Dense(1)(inputs))
    model.compile()
    labels = np.array([0, 1] * 4)

    weighted = model.fit(X, labels, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    both = model.fit(X, labels, class_weight={1: 3.0}, sample_weight=np.full(8, 0.5), verbose=0)

    assert weighted.history["v"] == [16.0]
    assert both.history["v"] == [8.0]


def test_a_model_with_its_own_step_is_saved_and_goes_on(tmp_path):
    class Saved(Model):
        def train_step(self, data: Any) -> Any:
            x, y = data
            with GradientTape() as tape:
                loss = losses.MeanSquaredError()(y, self(x, training=True))
            weights = self.trainable_weights
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    inputs = layers.Input((3,))
    model = Saved(inputs, layers.Dense(1)(inputs))
    model.compile("adam", "mse")
    model.fit(X, X[:, :1], epochs=4, verbose=0)
    model.save(tmp_path / "own.keras")

    again = funclab.models.load_model(tmp_path / "own.keras", {"Saved": Saved})
    for _ in range(3):
        rest, other = (m.fit(X, X[:, :1], verbose=0).history for m in (model, again))
        assert rest["loss"] == pytest.approx(other["loss"])
    np.testing.assert_allclose(again.get_weights()[0], model.get_weights()[0], rtol=1e-6)


def test_what_a_step_must_not_do_is_said():
    class Nothing(Model):
        def train_step(self, data: Any) -> Any:
            return None

    class Makes(Model):
        def make_train_function(self) -> Any:
            return None

    class Apart(Model):
        def train_step(self, data: Any) -> Any:
            with GradientTape() as tape:
                loss = ops.mean(self(data[0]))
            weights = self.trainable_weights
            self.optimizer.apply([None for _ in weights], weights)
            return {"loss": tape.gradient(loss, weights)}

    def compiled(cls: type[Model]) -> Model:
        inputs = layers.Input((3,))
        model = cls(inputs, layers.Dense(1)(inputs))
        model.compile("sgd")
        return model

    with pytest.raises(ArgumentError, match="train_step of Nothing returned nothing"):
        compiled(Nothing).fit(X, X, verbose=0)
    with pytest.raises(NotSupportedError, match="make_train_function"):
        compiled(Makes)
    with pytest.raises(ArgumentError, match="No gradients provided for any variable"):
        compiled(Apart).fit(X, X, verbose=0)
    with pytest.raises(LossError, match="No loss to compute"):
        compiled(type("Plain", (Model,), {"train_step": Model.train_step})).train_step((X, X))
    inputs = layers.Input((3,))
    with pytest.raises(NotCompiledError):
        Model(inputs, layers.Dense(1)(inputs)).train_step((X, X))


def test_a_watched_run_has_the_gradients_of_the_step_s_own_optimizers():
    for name in ("gan", "custom"):
        model, data = PROGRAMS[name]()
        for epochs in (1, 2):
            model.fit(**data, batch_size=16, epochs=epochs, verbose=0, shuffle=False)
            step = next(iter(model.compiled_state.steps.kept.values()))
            grads = step.plan.grads
            assert {*grads} == {*model.trainable_weights}
            assert all(np.abs(g).max() > 0 for g in grads.values())
        assert step.kept is not None
        fed = [step.plan.array(value) for value in step.inputs]
        np.testing.assert_array_equal(fed[0], data["x"][32:])


def test_a_batch_that_is_looked_at_says_that_it_is_the_built_in_step():
    model, data = PROGRAMS["custom"]()

    with pytest.warns(UserWarning, match="has a train_step.. of its own"):
        model.trace(data["x"][:4], data["y"][:4])


class Slope(Model):
    """Its output is the gradient of what its layers compute."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.hidden, self.out = layers.Dense(6, "tanh"), layers.Dense(1)

    def call(self, x: Any) -> Any:
        with GradientTape() as tape:
            tape.watch(x)
            y = self.out(self.hidden(x))
        return tape.gradient(y, x)


class TaughtSlope(Slope):
    train_step = lambda self, data: _taught(self, *data)  # noqa: E731


def _taught(model: Any, x: Any, y: Any) -> dict[str, Any]:
    with GradientTape() as tape:
        loss = model.compute_loss(y=y, y_pred=model(x, training=True))
    weights = model.trainable_weights
    model.optimizer.apply(tape.gradient(loss, weights), weights)
    return {"loss": loss}


def test_a_gradient_inside_a_call_is_learned_by_in_a_step_of_one_s_own_only():
    x = np.linspace(-1, 1, 12).reshape(-1, 1).astype("float32")
    plain, taught = Slope(), TaughtSlope()
    plain.compile("adam", "mse")
    taught.compile("adam", "mse")

    losses_seen = taught.fit(x, np.cos(x), epochs=8, verbose=0).history["loss"]

    assert losses_seen[-1] < losses_seen[0]
    assert plain.predict(x, verbose=0).shape == (12, 1)
    with pytest.raises(NotSupportedError, match="train_step"):
        plain.fit(x, np.cos(x), verbose=0)


def test_an_optimizer_that_is_set_is_the_one_that_trains():
    inputs = layers.Input((3,))
    model = Model(inputs, layers.Dense(1)(inputs))
    model.optimizer = early = SGD(0.5)
    assert model.optimizer is early
    model.compile("adam", "mse")

    model.optimizer = SGD(0.0)

    before = model.get_weights()
    model.fit(X, X[:, :1], verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))

"""Odd inputs: short expressions that both Keras and funclab can run, and their results.

The rows are in odd/*.txt, a line for each table: an expression with a `$`, then `<-` and the values
that replace it, separated by ` | `. Lines that begin with ` | ` continue the table above.

What Keras did is in odd/keras.json. To record it again, from the root of the project, with a Python
that has keras, jax and pandas:

    KERAS_BACKEND=jax python -m tests.parity.odd_inputs                 every row
    KERAS_BACKEND=jax python -m tests.parity.odd_inputs 'Dense("3")'    those that hold this text
"""

import contextlib
import io
import json
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "odd"
RECORD = FOLDER / "keras.json"
ROOMS = (
    "layers", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints",
    "activations", "callbacks", "utils",
)  # fmt: skip
KEPT = 6
"""How many numbers of an array are compared."""
SECONDS = 60


def rows() -> Iterator[str]:
    """Every expression."""
    for path in sorted(FOLDER.glob("*.txt")):
        lines = [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
        for table in "\n".join(lines).replace("\n  |", " |").splitlines():
            template, _, values = table.partition(" <-")
            for value in values.split(" |"):
                yield template.replace("$", value.strip()).replace("(, ", "(").replace(", )", ")")


def numbers(shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of both signs that fill a shape, always the same."""
    return np.sin(np.arange(1.0, 1 + np.prod(shape))).reshape(shape).astype("float32")


def space(keras: Any) -> dict[str, Any]:
    """The names that the rows use. `keras` is the real one or funclab."""
    names = {room: getattr(keras, room) for room in ROOMS}
    names |= {"keras": keras, "schedules": keras.optimizers.schedules, "np": np}
    names |= {"nan": float("nan"), "inf": float("inf")}
    x, classes = numbers((8, 3)), np.array([0, 1, 2, 3, 3, 2, 1, 0])
    y = (classes[:, None] > 1).astype("float32")
    names |= {"x": x, "y": y, "labels": classes, "hot": np.eye(4, dtype="float32")[classes]}
    names |= {"ids": np.arange(40).reshape(8, 5) % 9, "w": np.linspace(0.5, 2, 8, dtype="float32")}
    names |= {"shares": 0.6 * names["hot"] + [0.05, 0.1, 0.1, 0.15], "broken": broken}
    names |= {"endless": endless}
    names |= {name: getattr(Desk(keras, x, y), name) for name in dir(Desk) if name[0] != "_"}
    names |= {"a": keras.Input((3,), name="a")}
    names["b"] = keras.layers.Dense(2, name="b")(names["a"])
    import pandas

    return names | {"pd": pandas}


def constant(array: np.ndarray) -> bool:
    return array.size > 1 and bool(np.ptp(array) == 0)


def broken(*batch: Any) -> Iterator[Any]:
    yield batch
    raise KeyError("the file is gone")


def endless(*batch: Any) -> Iterator[Any]:
    while True:
        yield batch


class Desk:
    """What the rows call. Weights begin with the same numbers in both libraries."""

    def __init__(self, keras: Any, x: Any, y: Any) -> None:
        self._keras, self._x, self._y = keras, x, y

    # Layers.
    def run(self, layer: Any, *inputs: Any, **settings: Any) -> Any:
        """Call a layer on arrays, or on numbers of these shapes."""
        arrays = [
            numbers(part) if isinstance(part, tuple) and set(map(type, part)) == {int} else part
            for part in inputs
        ]
        layer(*arrays, **settings)
        layer.set_weights([numbers(w.shape) for w in layer.get_weights()])
        return layer(*arrays, **settings)

    def join(self, layer: Any, *inputs: Any) -> Any:
        return self.run(layer, [numbers(i) if isinstance(i, tuple) else i for i in inputs])

    def shaped(self, layer: Any, shape: tuple[int, ...], **settings: Any) -> Any:
        return layer(numbers(shape), **settings).shape

    def shape(self, tensor: Any) -> Any:
        return tuple(tensor.shape)

    # Settings.
    def begun(self, layer: Any, shape: tuple[int, ...]) -> Any:
        """The first weights of a layer; of random ones the shapes."""
        layer(numbers(shape))
        return [w if constant(w) else w.shape for w in layer.get_weights()]

    def weight(self, initializer: Any) -> Any:
        return initializer((4, 3))

    def drawn(self, initializer: Any, shape: tuple[int, ...] = (4, 3)) -> Any:
        made = np.asarray(initializer(shape))
        return made if constant(made) else list(made.shape)

    def train(self, optimizer: Any) -> Any:
        model = self._model(optimizer=optimizer)
        for _ in range(3):
            model.train_on_batch(self._x, self._y)
        return model.get_weights()

    def fitted(self, optimizer: Any) -> Any:
        model = self._model(optimizer=optimizer)
        model.fit(self._x, self._y, batch_size=4, epochs=2, verbose=0, shuffle=False)
        return model.get_weights()

    def rates(self, schedule: Any) -> Any:
        return [float(schedule(step)) for step in (0, 1, 2, 5, 20)]

    def changed(self, thing: Any, name: str, value: Any) -> Any:
        setattr(thing, name, value)
        changed = getattr(thing, name)
        return changed if isinstance(changed, (str, bool)) else 0

    # Losses and metrics.
    def loss(self, loss: Any) -> Any:
        return loss(self._y, np.abs(np.sin(self._y + 1.0)) * 0.7)

    def learned(self, loss: Any, y: Any = None, activation: Any = None) -> Any:
        y = self._y if y is None else y
        model = self._model(1 if y is self._y else 4, activation, loss=loss)
        return [[float(model.train_on_batch(self._x, y)) for _ in "ab"], model.get_weights()]

    def labelled(self, loss: Any) -> Any:
        return loss(np.array([0, 1, 3]), self._shares())

    def one_hot(self, loss: Any) -> Any:
        return loss(np.eye(4, dtype="float32")[[0, 1, 3]], self._shares())

    def ranked(self, metric: Any) -> Any:
        return self.update(metric, np.eye(4, dtype="float32")[[0, 1, 3]], self._shares())

    def score(self, metric: Any) -> Any:
        return self.update(metric, self._y, np.abs(np.sin(self._y * 9 + np.arange(8)[:, None])))

    def update(self, metric: Any, *data: Any, **more: Any) -> Any:
        metric.update_state(*data, **more)
        return metric.result()

    def own_metric(self, answer: Any) -> Any:
        class Own(self._keras.metrics.Metric):
            def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
                if isinstance(answer, type):
                    raise answer("of the user")

            def result(self) -> Any:
                return answer

        return Own(name="own")

    def own_loss(self, answer: Any) -> Any:
        def own(y_true: Any, y_pred: Any) -> Any:
            raise answer("of the user")

        return own

    # Models.
    def _shares(self) -> Any:
        scores = np.abs(numbers((3, 4))) + 0.1
        return scores / scores.sum(-1, keepdims=True)

    def _model(self, units: int = 1, activation: Any = None, **settings: Any) -> Any:
        given = self._keras.Input((3,), name="x")
        dense = self._keras.layers.Dense(units, activation, name="dense")
        return self._ready(self._keras.Model(given, dense(given)), settings)

    def _ready(self, model: Any, settings: dict[str, Any]) -> Any:
        model.set_weights([numbers(w.shape) for w in model.get_weights()])
        sgd = self._keras.optimizers.SGD(0.1)
        usual = {"optimizer": sgd, "loss": "mse", "run_eagerly": True}  # JAX would compile each
        model.compile(**usual | settings)
        return model

    def compiled(
        self, units: int = 1, activation: Any = None, y: Any = None, **settings: Any
    ) -> Any:
        model = self._model(units, activation, **settings)
        y = self._y if y is None else y
        return self._logs(model.fit(self._x, y, verbose=0, shuffle=False).history)

    def pair(self, **settings: Any) -> Any:
        given = self._keras.Input((3,), name="x")
        ends = [self._keras.layers.Dense(1, name=name)(given) for name in ("a", "b")]
        data = {
            key: settings.pop(key) for key in ("sample_weight", "class_weight") if key in settings
        }
        y = settings.pop("y", [self._y, self._y])
        model = self._ready(self._keras.Model(given, ends), settings)
        return self._logs(model.fit(self._x, y, verbose=0, shuffle=False, **data).history)

    def fit(self, **settings: Any) -> Any:
        model = self._model()
        usual = {"x": self._x, "y": self._y, "batch_size": 4, "verbose": 0, "shuffle": False}
        if not isinstance(settings.get("x", self._x), (np.ndarray, list)):
            usual = {"y": self._y, "verbose": 0}
        history = model.fit(**{**usual, **settings}).history
        return [self._logs(history), model.get_weights()]

    def _logs(self, history: dict[str, Any]) -> Any:
        return {key: history[key] for key in sorted(history)}

    def evaluated(self, **settings: Any) -> Any:
        model = self._model(metrics=["mae"])
        return model.evaluate(**{"x": self._x, "y": self._y, "verbose": 0, **settings})

    def predicted(self, *data: Any, **settings: Any) -> Any:
        return self._model().predict(*data, **{"verbose": 0, **settings})

    def batched(self, **call: Any) -> Any:
        ((method, data),) = call.items()
        model = self._model(metrics=["mae"])
        return [getattr(model, method)(*data), model.get_weights()]

    def embedded(self, ids: Any) -> Any:
        given = self._keras.Input((5,), dtype="int32")
        model = self._keras.Model(given, self._keras.layers.Embedding(9, 2)(given))
        model.set_weights([numbers((9, 2))])
        return model.predict(ids, verbose=0)

    def sequence(self, *shape: int) -> Any:
        given = self._keras.Input((None, 3))
        model = self._keras.Model(given, self._keras.layers.LSTM(2)(given))
        model.set_weights([numbers(w.shape) for w in model.get_weights()])
        return model.predict(numbers(shape), verbose=0)

    def kept(self, model: Any) -> Any:
        """What a model gives for x, once it has weights that are known."""
        model(self._x)
        model.set_weights([numbers(w.shape) for w in model.get_weights()])
        return [model.name if model.name in ("m", "name") else "", model(self._x)]

    def asked(self, question: Callable[[Any], Any]) -> Any:
        return question(self._model(metrics=["mae"]))


def outcome(row: str, names: dict[str, Any]) -> Any:
    """{"gives": ...} or {"raises": [class names, its words]}, from one row."""
    try:
        return {"gives": digest(eval(row, dict(names)))}
    except Exception as error:
        return {"raises": type(error).__name__, "error": error}


def digest(value: Any) -> Any:
    """What is compared of a result: plain data, and of arrays the shape and some numbers."""
    if isinstance(value, dict):
        return {str(key): digest(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [digest(part) for part in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)) or hasattr(value, "__array__"):
        array = np.asarray(value)
        flat = array.astype("float64").reshape(-1)
        some = flat[:: max(1, -(-flat.size // KEPT))]
        return ["x".join(map(str, array.shape)), *(float(f"{number:.7g}") for number in some)]
    return type(value).__name__


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """In an empty folder, without warnings and prints."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


def main(words: list[str]) -> None:
    import keras

    record = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    every = list(dict.fromkeys(rows()))
    for row in every:
        if row in record and not any(word in row for word in words):
            continue
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
        signal.alarm(SECONDS)
        with quiet():
            result = outcome(row, space(keras))
        signal.alarm(0)
        error = result.pop("error", None)
        record[row] = result if error is None else {**result, "says": str(error)[:150]}
        print(row, record[row], flush=True)
    lines = ",\n".join(f"{json.dumps(row)}: {json.dumps(record[row])}" for row in every)
    RECORD.write_text(f"{{\n{lines}\n}}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

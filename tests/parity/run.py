"""Runs one case with one library and returns every number that must agree, as named arrays."""

from typing import Any

import numpy as np

from tests.parity.case import Case, cut, flat

KEPT = 1500  # numbers kept of one array; a larger one is thinned with an even stride


def observe(case: Case, keras: Any) -> dict[str, np.ndarray]:
    """Predict, take the training steps, and look again. `keras` is the real one or funclab."""
    model = case.build(keras)
    model.set_weights(case.initial_weights([w.shape for w in model.get_weights()]))
    seen = {"count_params": np.asarray(model.count_params())}
    seen |= numbered("before", predict(model, case))
    seen |= train(model, case)
    seen |= numbered("weights", model.get_weights())
    seen |= numbered("after", predict(model, case))
    options = {"batch_size": case.batch, "verbose": 0}
    seen |= logs("evaluate", model.evaluate(**case.data, **options, return_dict=True))
    return seen | fit(model, case, options)


def predict(model: Any, case: Case) -> list[np.ndarray]:
    return flat(model.predict(case.data["x"], batch_size=case.batch, verbose=0))


def train(model: Any, case: Case) -> dict[str, np.ndarray]:
    seen = {}
    for step, rows in enumerate(case.batches()):
        batch = {key: cut(value, rows) for key, value in case.data.items()}
        if case.class_weight:
            batch["class_weight"] = case.class_weight
        model.reset_metrics()  # Keras averages over train_on_batch calls; here each stands alone
        seen |= logs(f"step {step}", model.train_on_batch(**batch, return_dict=True))
    return seen


def fit(model: Any, case: Case, options: dict[str, Any]) -> dict[str, np.ndarray]:
    if not case.steps:
        return {}
    history = model.fit(
        **case.data, **options, epochs=1, shuffle=False, class_weight=case.class_weight
    )
    values = {name: values[-1] for name, values in history.history.items()}
    seen = logs("fit", values) | {"history keys": np.array(list(values))}
    return seen | {"metrics names": np.array(model.metrics_names)}


def numbered(title: str, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{title} {i}": thin(np.asarray(array)) for i, array in enumerate(arrays)}


def logs(title: str, values: dict[str, Any]) -> dict[str, np.ndarray]:
    return {f"{title} {name}": np.asarray(value, "float32") for name, value in values.items()}


def thin(array: np.ndarray) -> np.ndarray:
    if array.size <= KEPT:
        return array
    return array.reshape(-1)[:: array.size // KEPT]

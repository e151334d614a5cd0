"""Calls that layers and optimizers keep: they do what the layer, or the optimizer, would do."""

import copy
import gc
import pickle
import threading
import weakref
from typing import Any

import numpy as np
import pytest

from funclab import GradientTape, Input, Model, Sequential, layers, ops
from funclab.graph import structure
from funclab.graph.value import array_of
from funclab.optimizers import SGD, Adam
from tests.layers.examples import EXAMPLES, Example


def results_of(layer: Any, call: Any, inputs: Any) -> list[Any]:
    """The outputs of a call, and the gradients of the sum of their squares."""
    weights = layer.trainable_variables
    with GradientTape() as tape:
        tape.watch(inputs)
        outputs = structure.flatten(call(inputs))
        floats = [x for x in outputs if x.dtype.startswith("float")]
        loss = sum([ops.sum(x * x) for x in floats])
    gradients = tape.gradient(loss, [*structure.flatten(inputs), *weights]) if floats else []
    arrays = [None if x is None else np.array(array_of(x)) for x in [*outputs, *gradients]]
    return [*arrays, *(variable.numpy() for variable in layer.variables)]


def same(some: list[Any], others: list[Any]) -> bool:
    return all(
        (a is None and b is None) or np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        for a, b in zip(some, others, strict=True)
    )


def close(some: list[Any], others: list[Any]) -> bool:
    """Whether they are equal but for the order of sums, which BLAS chooses in each thread."""
    return all(np.allclose(a, b, atol=1e-5) for a, b in zip(some, others, strict=True))


def spread(example: Example) -> bool:
    return example.spread or example.text or example.words > 0


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("example", [x for x in EXAMPLES if not spread(x)], ids=str)
def test_a_layer_computes_what_it_would_compute_without_kept_calls(example, training):
    layer = example.layer()
    example.call(layer, example.arrays())
    twin = copy.deepcopy(layer)

    for seed in range(3):
        data = [ops.convert_to_tensor(x) for x in structure.flatten(example.arrays(seed))]
        inputs = data if example.several else data[0]
        kept = results_of(layer, lambda x: layer(x, training=training), inputs)
        asked = results_of(twin, lambda x: twin._call_on_tape((x,), {"training": training}), inputs)
        assert same(kept, asked)


def network() -> Any:
    image = Input((5,))
    hidden = layers.Dense(4, activation="relu")(image)
    hidden = layers.Dropout(0.5, seed=3)(layers.BatchNormalization()(hidden))
    return Model(image, layers.Dense(3)(hidden))


def data(seed: int, batch: int = 6) -> Any:
    return ops.convert_to_tensor(np.random.default_rng(seed).normal(size=(batch, 5)), "float32")


def set_rate(model: Any) -> None:
    model.layers[3].rate = 0.2


def set_momentum(model: Any) -> None:
    model.layers[2].momentum = 0.5


def set_activation(model: Any) -> None:
    model.layers[1].activation = ops.tanh


def freeze(model: Any) -> None:
    model.layers[2].trainable = False


def freeze_all(model: Any) -> None:
    model.trainable = False


def set_weights(model: Any) -> None:
    model.set_weights([weight + 1 for weight in model.get_weights()])


def replace_a_weight(model: Any) -> None:
    model.layers[1].bias = copy.deepcopy(model.layers[1].bias)
    model.layers[1].bias.assign([1.0, 2.0, 3.0, 4.0])


def add_a_loss(model: Any) -> None:
    model.layers[1].activity_regularizer = lambda x: ops.sum(x * x)


CHANGES = (
    *(set_rate, set_momentum, set_activation, freeze, freeze_all, set_weights),
    *(replace_a_weight, add_a_loss),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_layer_is_asked_again(change):
    model = network()
    twin = copy.deepcopy(model)
    for step in range(4):
        if step == 2:
            change(model), change(twin)
        inputs = data(step, batch=6 + step % 2)
        kept = results_of(model, lambda x: model(x, training=True), inputs)
        asked = results_of(twin, lambda x: twin._call_on_tape((x,), {"training": True}), inputs)
        assert same(kept, asked)
    assert len(model.losses) == (change is add_a_loss)


def test_a_model_that_grows_is_asked_again():
    model = Sequential([Input((5,)), layers.Dense(4)])
    shapes = []
    for step in range(4):
        if step == 2:
            model.add(layers.Dense(3))
        with GradientTape() as tape:
            outputs = model(data(step))
        shapes.append(outputs.shape)
        assert all(g is not None for g in tape.gradient(outputs, model.trainable_weights))

    assert shapes == [(6, 4), (6, 4), (6, 3), (6, 3)]


def test_threads_may_call_one_model_at_the_same_time():
    model = network()
    expected = [results_of(model, lambda x: model(x, training=False), data(i)) for i in range(8)]
    found: dict[int, bool] = {}

    def work(i: int) -> None:
        for _ in range(20):
            here = results_of(model, lambda x: model(x, training=False), data(i))
            found[i] = found.get(i, True) and close(here, expected[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == dict.fromkeys(range(8), True)


def test_calls_of_few_forms_are_kept_and_none_outlives_its_layer():
    layer = layers.Dense(2)
    for batch in range(1, 80):
        with GradientTape():
            layer(data(0, batch))
    known = vars(layer)["_kept_calls"]
    kept = [weakref.ref(calls) for calls, _ in known.values()]
    assert [key[0][0][0][0] for key in known] == list(range(16, 80))
    assert "_kept_calls" not in vars(copy.deepcopy(layer))

    del layer, known
    gc.collect()
    assert not any(ref() for ref in kept)


def updated(optimizer: Any, variables: list[Any], steps: int = 3) -> list[Any]:
    for step in range(steps):
        optimizer.apply([np.full(v.shape, step + 1.0, "float32") for v in variables], variables)
    return [v.numpy() for v in variables]


def clip(optimizer: Any) -> None:
    optimizer.clipnorm = 0.1


def decay(optimizer: Any) -> None:
    optimizer.weight_decay = 0.3


def slow_down(optimizer: Any) -> None:
    optimizer.learning_rate = 0.01


def schedule(optimizer: Any) -> None:
    optimizer.learning_rate = lambda step: 0.1 / (1 + step)


def remember_less(optimizer: Any) -> None:
    optimizer.beta_1 = 0.5


def weights_of(layer: Any) -> list[Any]:
    """The weights of a layer, with numbers that are always the same."""
    layer(np.zeros((1, 4), "float32"))
    for i, weight in enumerate(layer.trainable_weights):
        weight.assign(np.linspace(i, i + 1, weight.array.size).reshape(weight.shape))
    return layer.trainable_weights


@pytest.mark.parametrize("change", [clip, decay, slow_down, schedule, remember_less])
def test_a_changed_optimizer_updates_as_one_without_a_past(change):
    optimizer, weights = Adam(0.1), weights_of(layers.Dense(3))
    updated(optimizer, weights)
    other, same_weights = Adam(0.1), weights_of(layers.Dense(3))
    for variable, weight in zip(same_weights, weights, strict=True):
        variable.assign(weight.numpy())
    other.build(same_weights)
    other.set_weights(optimizer.get_weights())
    change(optimizer)
    change(other)

    assert same(updated(optimizer, weights), updated(other, same_weights))


def test_an_update_follows_variables_to_their_new_memory_and_rules():
    optimizer, layer = SGD(0.1), layers.Dense(3)
    model = Sequential([Input((4,)), layer])
    weights = weights_of(layer)
    updated(optimizer, weights)
    model.compile("sgd", "mse")
    model.fit(np.zeros((2, 4)), np.zeros((2, 3)), epochs=1, verbose=0)  # moves them together
    before = [weight.numpy() for weight in weights]
    after = updated(optimizer, weights, steps=1)
    assert all(np.allclose(b - 0.1, a) for b, a in zip(before, after, strict=True))

    weights[1].constraint = lambda w: w * 0
    assert not updated(optimizer, weights, steps=1)[1].any()


def test_a_copied_optimizer_keeps_nothing_of_the_other():
    optimizer, weights = Adam(0.1), weights_of(layers.Dense(3))
    updated(optimizer, weights)

    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert vars(twin)["_kept_update"] is None
        assert int(twin.iterations) == 3


def test_two_sets_of_variables_take_turns():
    optimizer, one, two = SGD(0.5), weights_of(layers.Dense(3)), weights_of(layers.Dense(2))
    begun = [weight.numpy() for weight in [*one, *two]]
    for _ in range(2):
        updated(optimizer, one, steps=1)
        updated(optimizer, two, steps=1)

    for weight, start in zip([*one, *two], begun, strict=True):
        assert np.allclose(weight.numpy(), start - 1.0)

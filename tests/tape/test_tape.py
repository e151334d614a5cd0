"""GradientTape: which gradients there are; the expected lines were printed by TensorFlow."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import GradientTape, Variable, layers, losses, ops, random
from funclab.errors import TapeError, TensorTypeError
from funclab.graph.tape import is_recording
from funclab.optimizers import SGD


def tensor(x: Any) -> Any:
    return ops.convert_to_tensor(x)


def variable(x: Any, trainable: bool = True) -> Variable:
    return Variable(tensor(x), trainable=trainable)


def watched() -> Any:
    x = tensor(3.0)
    with GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def unwatched() -> Any:
    x = tensor(3.0)
    with GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def in_a_dict() -> Any:
    v, x = variable([1.0, 2.0]), tensor([3.0, 4.0])
    with GradientTape() as tape:
        y = ops.sum(v * x * v)
    return y, tape.gradient(y, {"v": v, "x": x})


def not_trainable() -> Any:
    v = variable(2.0, trainable=False)
    with GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


def not_watched_by_itself() -> Any:
    v, w = variable(2.0), variable(3.0)
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    return tape.gradient(y, [v, w])


def in_the_middle() -> Any:
    v = variable(2.0)
    with GradientTape() as tape:
        m = v * v
        y = m * m
    return tape.gradient(y, [m, v])


def third_order() -> Any:
    x = variable(0.5)
    with GradientTape() as a:
        with GradientTape() as b:
            with GradientTape() as c:
                y = x * x * x * x
            d = c.gradient(y, x)
        e = b.gradient(d, x)
    return a.gradient(e, x)


def persistent() -> Any:
    v = variable(2.0)
    with GradientTape(persistent=True) as tape:
        y = v * v
        z = y * v
    return tape.gradient(y, v), tape.gradient(z, v)


def python_decides() -> Any:
    v = variable(2.0)
    with GradientTape() as tape:
        y = v
        while y < 100.0:
            y = y * v
        if y > 50:
            y = y + 1.0
    return y, tape.gradient(y, v)


def stopped() -> Any:
    v = variable([1.0, 2.0])
    with GradientTape() as tape:
        y = ops.sum(v * ops.stop_gradient(v))
    return tape.gradient(y, v)


def weighted() -> Any:
    v = variable([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        y = v * v
    return tape.gradient(y, v), tape.gradient(y, v, output_gradients=tensor([10.0, 1.0]))


def several_targets() -> Any:
    v = variable(3.0)
    with GradientTape() as tape:
        y, z = v * 2.0, v * v
    return tape.gradient([y, z], v)


def before_the_block() -> Any:
    v = variable(3.0)
    y = v * v
    with GradientTape() as tape:
        z = y * 2.0
    return tape.gradient(z, v)


def unconnected() -> Any:
    v, w = variable(3.0), variable([1.0, 1.0])
    with GradientTape() as tape:
        y = v * v
    return tape.gradient(y, [v, w], unconnected_gradients="zero")


def ascent_of_an_input() -> Any:
    w, x = tensor([[1.0, -2.0], [0.5, 1.0]]), variable([[0.1, 0.2]])
    for _ in range(5):
        with GradientTape() as tape:
            s = ops.sum(ops.relu(ops.matmul(x, w)))
        x.assign_add(0.1 * tape.gradient(s, x))
    return x


def assigned_afterwards() -> Any:
    v = variable(3.0)
    with GradientTape() as tape:
        y = v * v
    v.assign(10.0)
    return y, tape.gradient(y, v)


def assigned_in_between() -> Any:
    v = variable(3.0)
    with GradientTape() as tape:
        y = v * v
        v.assign(5.0)
        z = v * y
    return y, z, tape.gradient(z, v)


def changed_between_two_gradients() -> Any:
    v, w = variable([1.0, 2.0]), variable([3.0, 4.0])
    with GradientTape(persistent=True) as tape:
        y = ops.sum(v * v * w)
        z = ops.sum(v * v * v)
    g = tape.gradient(y, v)
    v.assign_sub(0.1 * g)
    return g, tape.gradient(z, v), tape.gradient(y, w), v


def two_at_once() -> Any:
    v, w = variable(2.0), variable(3.0)
    found = []
    for turned in (False, True):
        with GradientTape() as one, GradientTape() as two:
            y = v * v * w
            z = y * w
        asked = [(one, y, v), (two, z, w)]
        found.append([t.gradient(y, x) for t, y, x in (asked[::-1] if turned else asked)])
    return found


def elements() -> Any:
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    with GradientTape() as tape:
        tape.watch(x)
        y = x[0, 1] * x[1, 0]
    return tape.gradient(y, x)


def a_pause() -> Any:
    v = variable(3.0)
    with GradientTape() as tape:
        y = v * v
        with tape.stop_recording():
            z = v * v * v
        y = y + z
    return tape.gradient(y, v)


def rows() -> Any:
    v = variable([1.0, 2.0])
    with GradientTape() as tape:
        y = v * v * v[0]
    return tape.jacobian(y, v)


EXPECTED = {
    watched: 6.0,
    unwatched: None,
    in_a_dict: [19.0, {"v": [6.0, 16.0], "x": None}],
    not_trainable: None,
    not_watched_by_itself: [None, 2.0],
    in_the_middle: [8.0, 32.0],
    third_order: 12.0,
    persistent: [4.0, 12.0],
    python_decides: [129.0, 448.0],
    stopped: [1.0, 2.0],
    weighted: [[2.0, 4.0], [20.0, 4.0]],
    several_targets: 8.0,
    before_the_block: None,
    unconnected: [6.0, [0.0, 0.0]],
    ascent_of_an_input: [[0.6, 0.45]],
    assigned_afterwards: [9.0, 6.0],
    assigned_in_between: [9.0, 45.0, 39.0],
    changed_between_two_gradients: [[6.0, 16.0], [3.0, 12.0], [1.0, 4.0], [0.4, 0.4]],
    two_at_once: [[12.0, 24.0], [24.0, 12.0]],
    elements: [[0.0, 3.0], [2.0, 0.0]],
    a_pause: 6.0,
    rows: [[3.0, 0.0], [4.0, 4.0]],
}


def plain(x: Any) -> Any:
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(value) for value in x]
    return None if x is None else np.asarray(x, "float64").round(4).tolist()


@pytest.mark.parametrize("run", EXPECTED, ids=lambda run: run.__name__)
def test_a_program_gives_what_it_gives_in_tensorflow(run):
    assert plain(run()) == EXPECTED[run]


def test_dropout_and_moving_averages_count_once_however_often_numbers_are_asked_for():
    for early in (False, True):
        dropout, norm = layers.Dropout(0.5, seed=3), layers.BatchNormalization()
        v = variable(np.ones((4, 6)))
        norm.build((None, 6))
        for step in (1, 2):
            with GradientTape() as tape:
                y = dropout(v, training=True)
                z = ops.sum(norm(y * 2.0, training=True) * y)
                if early:
                    assert float(z) == float(z)
                s = ops.sum(y)
            g = tape.gradient(s, v)
            assert (np.asarray(g) == y.numpy()).all()
            mean = (np.asarray(y) * 2).mean(0)
            moved = mean * 0.01 if step == 1 else np.asarray(norm.moving_mean)
            np.testing.assert_allclose(norm.moving_mean, moved, rtol=1e-5)


def test_a_value_is_used_like_a_number_and_like_an_array():
    v = variable([1.0, 2.0])
    with GradientTape():
        y, s = v * 3.0, ops.sum(v)

    assert (len(y), [float(part) for part in y]) == (2, [3.0, 6.0])
    assert f"{s:.2f}" == "3.00" and int(s) == 3 and bool(s)
    assert np.mean(y) == 4.5 and isinstance(np.exp(y), np.ndarray)
    assert isinstance(y.numpy(), np.ndarray) and y.numpy().dtype == "float32"
    assert isinstance(s.numpy(), np.float32)
    assert isinstance(copy.deepcopy(y), np.ndarray)
    assert (pickle.loads(pickle.dumps(y)) == [3.0, 6.0]).all()
    assert isinstance(y * 2.0, np.ndarray)  # outside of the block


def test_numpy_leaves_the_tape_and_the_error_of_the_optimizer_says_so():
    v = variable([1.0, 2.0])
    with GradientTape() as tape:
        y = tensor(np.sum(np.asarray(v * v)))

    assert tape.gradient(y, v) is None
    with pytest.raises(ValueError, match="No gradients provided"):
        SGD().apply_gradients([(None, v)])


def test_an_open_tape_that_is_reset_records_on():
    v = variable(2.0)

    with GradientTape() as tape:
        forgotten = v * v
        tape.reset()
        y = v * 5.0

    assert float(tape.gradient(y, v)) == 5.0
    with GradientTape(persistent=True) as tape:
        forgotten = v * v
        tape.reset()
    assert tape.gradient(forgotten, v) is None


def test_what_a_tape_does_not_allow_is_said():
    v, tape = variable(2.0), GradientTape()
    inputs = layers.Input((2,))

    with pytest.raises(TapeError, match="recorded nothing"):
        tape.gradient(v, v)
    with tape:
        y = v * v
        with pytest.raises(TapeError, match="already recording"), tape:
            pass
    assert float(tape.gradient(y, v)) == 4.0
    with pytest.raises(RuntimeError, match="non-persistent GradientTape can only be used"):
        tape.gradient(y, v)
    with pytest.raises(TapeError, match="not recording"), tape.stop_recording():
        pass
    with pytest.raises(TensorTypeError, match="watch was given a ndarray"):
        tape.watch(np.ones(2))
    with pytest.raises(TensorTypeError, match="symbolic tensor"):
        GradientTape().__enter__().gradient(layers.Dense(1)(inputs), v)


@pytest.fixture(autouse=True)
def closed():
    """A tape that a test left open records no other test."""
    from funclab.graph import tape

    token = tape._current.set(None)
    yield
    tape._current.reset(token)


def test_an_error_in_the_block_leaves_nothing_behind():
    v = variable([1.0, 2.0])

    with pytest.raises(ZeroDivisionError), GradientTape():
        v * (1 / 0)

    assert not is_recording()
    assert isinstance(v * 2.0, np.ndarray)


def test_results_do_not_keep_what_was_computed_before_them():
    v = variable(np.ones(1000))
    kept: list[Any] = []
    for _ in range(3):
        with GradientTape() as tape:
            middle = v * 2.0
            kept.append(ops.sum(middle))
        tape.gradient(kept[-1], v)
        reference = weakref.ref(middle)
        del middle, tape
        gc.collect()
        assert reference() is None


def test_two_threads_record_apart():
    found: dict[int, list[float]] = {1: [], 2: []}

    def work(factor: int) -> None:
        v = variable(1.0)
        for _ in range(50):
            with GradientTape() as tape:
                y = v * float(factor) * v
            found[factor].append(float(tape.gradient(y, v)))

    threads = [threading.Thread(target=work, args=(factor,)) for factor in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {1: [2.0] * 50, 2: [4.0] * 50}


def test_a_loop_of_ones_own_learns_as_train_on_batch_does():
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    labels = np.arange(16) % 3

    def made() -> Any:
        inputs = layers.Input((4,))
        hidden = layers.Dense(5, activation="gelu", kernel_regularizer="l2")(inputs)
        return funclab.Model(inputs, layers.Dense(3, activity_regularizer="l1")(hidden))

    own, built_in = made(), made()
    built_in.set_weights(own.get_weights())
    loss_fn = losses.SparseCategoricalCrossentropy(from_logits=True)
    built_in.compile(funclab.optimizers.Adam(0.01), loss_fn)
    optimizer, metric = funclab.optimizers.Adam(0.01), funclab.metrics.Mean()
    for _ in range(4):
        with GradientTape() as tape:
            loss = loss_fn(labels, own(x, training=True)) + sum(own.losses)
        gradients = tape.gradient(loss, own.trainable_weights)
        optimizer.apply_gradients(zip(gradients, own.trainable_weights))
        metric.update_state(loss)
        assert float(loss) == pytest.approx(built_in.train_on_batch(x, labels), rel=1e-6)

    for mine, other in zip(own.get_weights(), built_in.get_weights()):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-7)
    assert metric.result().numpy().dtype == "float32"


def test_unseeded_noise_in_a_block_is_part_of_the_gradient():
    v = variable(np.ones(4))
    with GradientTape() as tape:
        noise = random.normal((4,))
        y = ops.sum(v * noise)

    np.testing.assert_allclose(tape.gradient(y, v), noise.numpy())


def test_grad_cam_asks_for_the_gradients_of_a_layer_s_output():
    inputs = layers.Input((6, 6, 1))
    maps = layers.Conv2D(3, 3, activation="relu", name="maps")(inputs)
    scores = layers.Dense(2)(layers.GlobalAveragePooling2D()(maps))
    both = funclab.Model(inputs, [maps, scores])
    x = np.random.default_rng(1).normal(size=(1, 6, 6, 1)).astype("float32")

    with GradientTape() as tape:
        made, predicted = both(x)
        score = predicted[:, 1]
    g = tape.gradient(score, made)

    wanted = funclab.gradients(scores[:, 1], maps, x)
    np.testing.assert_allclose(g, wanted, rtol=1e-6)


def test_old_values_are_kept_only_while_a_tape_may_ask_for_them():
    v, optimizer = variable([1.0, 2.0]), SGD(0.5)
    for _ in range(5):
        start = v.numpy()
        with GradientTape(persistent=True) as tape:
            y = ops.sum(v * v)
        optimizer.apply_gradients([(tape.gradient(y, v), v)])

        assert np.allclose(tape.gradient(y, v), 2 * start)
        assert len(v.before) == 1  # the tapes of earlier steps are gone
    del tape
    v.assign([1.0, 2.0])
    assert v.before == []

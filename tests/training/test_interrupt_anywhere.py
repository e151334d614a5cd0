"""An interrupt at any line of the training code leaves the model consistent, unlocked and usable.

The lines that a training run executes are counted first; then the run is repeated, and SIGINT
is raised at one line after another. `make soak` tries every line, `make test` every so many.
"""

from __future__ import annotations

import asyncio
import dis
import functools
import os
import signal
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

import funclab
from funclab import training
from funclab.callbacks import LambdaCallback
from funclab.graph import locks
from funclab.layers import Dense, add
from funclab.models import Model
from funclab.optimizers import SGD
from funclab.training import control
from tests.training.conftest import line

pytestmark = pytest.mark.soak("interrupts at every line")
STRIDE = 1 if os.environ.get("SOAK") else 23
FOLDER = str(Path(training.__file__).parent)
X = np.random.RandomState(0).randn(12, 3)
Y = X.sum(axis=1)
STEPS = 3
"""Batches in an epoch."""


@pytest.fixture(autouse=True)
def heard():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    sys.settrace(None)
    signal.signal(signal.SIGINT, before)


class At:
    """Raises SIGINT at line events of the training code, or of `files`, by their number."""

    def __init__(self, *numbers, files=FOLDER):
        self.numbers, self.count, self.files = numbers, 0, files

    def __enter__(self):
        sys.settrace(self.trace)
        return self

    def __exit__(self, *error):
        sys.settrace(None)

    def trace(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith(self.files):
            return None
        if event == "line" and frame.f_lasti not in spared(frame.f_code):
            self.count += 1
            if self.count in self.numbers:
                signal.raise_signal(signal.SIGINT)
        return self.trace


@functools.cache
def spared(code):
    """Where lines begin at which no real signal comes: it would come at a call or a jump back.

    That is where a `with` block begins to call `__exit__`, without or with an error, at `try:`,
    which does nothing, and right after a `yield`, at which it has come.
    """
    steps = [step for step in dis.get_instructions(code) if step.opname != "CACHE"]
    found = {step.offset for step in steps if step.opname == "NOP"}
    for i in range(len(steps) - 3):
        if (steps[i].opname, steps[i + 1].opname) == ("RESUME", "POP_TOP"):
            found.add(steps[i + 2].offset)
        if steps[i + 1].opname == "WITH_EXCEPT_START":
            found.add(steps[i].offset)
        three = [(step.opname, step.argval) for step in steps[i : i + 3]]
        if three == [("LOAD_CONST", None)] * 3 and "CALL" in steps[i + 3].opname:
            found.add(steps[i].offset)
            if steps[i - 1].opname == "SWAP":  # the value that the block returns
                found.add(steps[i - 1].offset)
    return found


class Own(Model):
    def __init__(self):
        super().__init__()
        self.line = Dense(1, kernel_initializer="zeros")

    def call(self, inputs):
        return self.line(inputs)


def functional():
    model = line()
    model.compile(SGD(0.1), "mse", metrics=["mae"])
    return model


def subclass():
    model = Own()
    model.compile(SGD(0.1), "mse", metrics=["mae"])
    return model


OPTIONS = {"batch_size": 4, "epochs": 2, "shuffle": False, "verbose": 0}


def fit(model):
    model.fit(X, Y, validation_data=(X, Y), **OPTIONS)


def fit_stream(model):
    batches = ((X[i : i + 4], Y[i : i + 4]) for i in (0, 4, 8) * 2)
    model.fit(batches, steps_per_epoch=3, epochs=2, verbose=0)


def fit_in_background(model):
    model.fit(X, Y, background=True, **OPTIONS)


def fit_async(model):
    asyncio.run(model.fit_async(X, Y, **OPTIONS))


def train_on_batch(model):
    for begin in (0, 4, 8) * 2:
        model.train_on_batch(X[begin : begin + 4], Y[begin : begin + 4])


def compile_again(model):
    model.compile(SGD(0.1), "mse", metrics=["mae"])
    fit(model)


RUNS = {
    "fit": (functional, fit),
    "subclass": (subclass, fit),
    "stream": (functional, fit_stream),
    "background": (functional, fit_in_background),
    "async": (functional, fit_async),
    "train_on_batch": (functional, train_on_batch),
    "compile": (functional, compile_again),
}


def whole_steps(make):
    """The weights after each number of batches of two epochs, without interrupts."""
    model = make()
    model.predict(X)
    after = [model.get_weights()]
    for begin in (0, 4, 8) * 2:
        model.train_on_batch(X[begin : begin + 4], Y[begin : begin + 4])
        after.append(model.get_weights())
    return after


def settled(model):
    """Wait for a background run, which goes on when the cell that began it was interrupted."""
    if hasattr(model.history, "wait"):
        model.history.stop().wait(30)


def in_another_thread(work):
    """What `work()` returns; TimeoutError if it waits for locks that were not given back."""
    result = Future()

    def run():
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(30)


@pytest.mark.parametrize("interrupts", [1, 2])
@pytest.mark.parametrize(("make", "run"), RUNS.values(), ids=RUNS.keys())
def test_an_interrupt_at_any_line_leaves_whole_steps_and_a_free_model(make, run, interrupts, trial):
    expected = whole_steps(make)
    model = make()
    with At() as lines:
        run(model)
    settled(model)

    for number in range(1, lines.count + 1, STRIDE):
        model = make()
        second = number + 7 * (number % 5) + 1
        with trial(number):
            try:
                with At(*(number, second)[:interrupts]):
                    run(model)
            except (KeyboardInterrupt, asyncio.CancelledError):
                pass
            settled(model)

            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            weights = model.get_weights() or expected[0]
            assert any(all(map(np.array_equal, weights, step)) for step in expected)
            if model.compiled:  # it may have been interrupted in compile
                history = in_another_thread(lambda model=model: model.fit(X, Y, **OPTIONS))
                assert list(history.history) == ["loss", "mae"]
                assert len(history.epoch) == 2


def test_an_interrupt_while_a_model_takes_the_locks_of_several_leaves_none_locked(trial):
    parts = [line(), line()]
    for part in parts:
        part.predict(X)  # from now on each has a lock of its own
    model = Model(parts[0].input, add([parts[0].output, parts[1](parts[0].input)]))
    expected = model.predict(X)
    weights = model.get_weights()
    uses = [lambda: model.predict(X), model.get_weights, lambda: model.set_weights(weights)]

    for use in uses:
        with At(files=locks.__file__) as lines:
            use()
        for number in range(1, lines.count + 1):
            with trial(number), pytest.raises(KeyboardInterrupt), At(number, files=locks.__file__):
                use()
            with trial(number):
                result = in_another_thread(lambda: model.predict(X))
                np.testing.assert_array_equal(result, expected)


def test_an_interrupt_of_an_evaluation_lets_the_training_beside_it_go_on(trial):
    model = functional()
    training = model.fit(X, Y, epochs=10**7, verbose=0, background=True)
    model.evaluate(X, Y, verbose=0)
    with At(files=control.__file__) as lines:
        model.evaluate(X, Y, verbose=0)

    for number in range(1, lines.count + 20):
        with trial(number):
            try:
                with At(number, files=control.__file__):
                    model.evaluate(X, Y, verbose=0)
            except KeyboardInterrupt:
                pass
            done = int(model.optimizer.iterations)
            deadline = time.monotonic() + 30
            while int(model.optimizer.iterations) == done:
                assert time.monotonic() < deadline, "the training stays parked"
                time.sleep(0.001)

    training.stop().wait(30)


def test_async_runs_that_end_in_any_order_leave_no_handler_behind():
    async def both():
        long, short = functional(), functional()
        first = asyncio.create_task(short.fit_async(X, Y, epochs=200, verbose=0))
        second = asyncio.create_task(long.fit_async(X, Y, epochs=2000, verbose=0))
        await asyncio.gather(first, second)

    asyncio.run(both(), debug=False)

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_interrupt_ends_all_async_runs():
    async def both():
        stop = LambdaCallback(
            on_epoch_end=lambda epoch, logs: epoch == 3 and signal.raise_signal(signal.SIGINT)
        )
        runs = [
            functional().fit_async(X, Y, epochs=10**6, verbose=0, callbacks=callbacks)
            for callbacks in ([], [stop])
        ]
        return await asyncio.gather(*runs)

    histories = asyncio.run(both())

    assert [history.stopped for history in histories] == [True, True]


@pytest.mark.parametrize("use", ["fit", "compile", "train_on_batch"])
def test_advice_of_a_busy_model_helps(use):
    model = functional()
    uses = {
        "fit": lambda: model.fit(X, Y, verbose=0),
        "compile": lambda: model.compile("sgd", "mse"),
        "train_on_batch": lambda: model.train_on_batch(X, Y),
    }
    model.fit(X, Y, epochs=10**6, verbose=0, background=True)

    with pytest.raises(funclab.errors.BusyError, match=r"model\.history\.stop\(\)"):
        uses[use]()

    model.history.stop().wait()
    uses[use]()

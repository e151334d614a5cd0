"""An interrupt ends training at a batch boundary, and leaves a model that can go on."""

from __future__ import annotations

import signal

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from funclab.callbacks import LambdaCallback
from funclab.optimizers import SGD
from tests.training.conftest import line

RANDOM = np.random.RandomState(0)
X, Y = RANDOM.randn(12, 3), RANDOM.randn(12)


def compiled():
    model = line()
    model.compile(SGD(0.1), "mse")
    return model


def press_stop(at):
    """Ctrl-C in the middle of batch number `at` of the second epoch."""
    epochs = []

    def press(batch, logs):
        if len(epochs) == 2 and batch == at:
            signal.raise_signal(signal.SIGINT)

    return LambdaCallback(
        on_epoch_begin=lambda epoch, logs: epochs.append(epoch), on_train_batch_begin=press
    )


def test_an_interrupt_lets_the_batch_end_and_returns_the_history_so_far():
    model = compiled()

    history = model.fit(X, Y, 4, epochs=5, verbose=0, callbacks=[press_stop(at=1)])

    assert history.stopped
    assert history.epoch == [0]
    assert int(model.optimizer.iterations) == 3 + 2


def test_after_an_interrupt_training_goes_on_as_if_nothing_had_been():
    stopped, whole = compiled(), compiled()
    options = {"shuffle": False, "verbose": 0}

    stopped.fit(X, Y, 4, epochs=5, callbacks=[press_stop(at=1)], **options)
    stopped.fit(X[8:], Y[8:], 4, **options)
    history = stopped.fit(X, Y, 4, **options)
    whole.fit(X, Y, 4, epochs=3, **options)

    assert not history.stopped
    np.testing.assert_array_equal(stopped.get_weights()[0], whole.get_weights()[0])


def test_an_interrupt_in_the_last_batch_still_counts_the_epoch():
    history = compiled().fit(X, Y, 4, epochs=5, verbose=0, callbacks=[press_stop(at=2)])

    assert (history.stopped, history.epoch) == (True, [0, 1])


def test_an_interrupt_during_validation_leaves_the_epoch_out():
    def press(batch, logs):
        signal.raise_signal(signal.SIGINT)

    stop = LambdaCallback(on_test_batch_begin=press)
    history = compiled().fit(X, Y, epochs=5, validation_data=(X, Y), verbose=0, callbacks=[stop])

    assert (history.stopped, history.epoch) == (True, [])


def test_an_interrupt_from_a_callback_is_one_as_well():
    def interrupt(epoch, logs):
        raise KeyboardInterrupt

    history = compiled().fit(
        X, Y, epochs=5, verbose=0, callbacks=[LambdaCallback(on_epoch_end=interrupt)]
    )

    assert history.stopped


def test_a_second_interrupt_does_not_wait_for_the_batch():
    def hang(batch, logs):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the second interrupt was swallowed")

    history = compiled().fit(X, Y, verbose=0, callbacks=[LambdaCallback(on_train_batch_begin=hang)])

    assert history.stopped


def test_afterwards_interrupts_mean_what_they_meant_before():
    before = signal.getsignal(signal.SIGINT)

    compiled().fit(X, Y, verbose=0)

    assert signal.getsignal(signal.SIGINT) is before


def test_the_message_says_where_it_stopped(capsys):
    compiled().fit(X, Y, 4, epochs=5, callbacks=[press_stop(at=1)])

    assert "Stopped after 2 of 3 batches of epoch 2." in capsys.readouterr().out


CELL = """
import numpy as np
from tests.training.conftest import line
model = line()
model.compile("sgd", "mse")
history = model.fit(np.zeros((100, 3)), np.zeros(100), epochs=10**9, verbose=0,
                    callbacks=[__import__("funclab").callbacks.LambdaCallback(
                        on_epoch_end=lambda epoch, logs: epoch or print("training"))])
print(history.stopped, len(history.epoch) > 0)
"""


def test_the_stop_button_of_a_notebook_ends_fit_and_not_the_cell():
    manager, client = start_new_kernel(kernel_name="python3")
    texts = []

    def output(message):
        text = message["content"].get("text", "")
        texts.append(text)
        if "training" in text:
            manager.interrupt_kernel()

    try:
        reply = client.execute_interactive(CELL, timeout=60, output_hook=output)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert reply["content"]["status"] == "ok", reply["content"]
    assert "True True" in "".join(texts)

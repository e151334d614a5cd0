"""What fit prints: readable while it runs, afterwards, and in a saved notebook."""

from __future__ import annotations

import configparser
import math
import re
import time

import numpy as np
import pytest

from funclab.callbacks import LambdaCallback, progress
from funclab.teach.notebooks import SANITIZE
from tests.training.conftest import line

X, Y = np.zeros((6, 3)), np.ones(6)


def compiled():
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def printed(capsys, pause=0.0, **options):
    """The output of fit, where each batch takes `pause` seconds longer."""
    wait = LambdaCallback(on_batch_end=lambda batch, logs: time.sleep(pause))
    compiled().fit(X, Y, batch_size=2, callbacks=[wait] if pause else None, **options)
    return capsys.readouterr().out


def sanitized(text):
    """The text as the lessons' tests compare it."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(SANITIZE, encoding="utf-8")
    for section in rules.sections():
        text = re.sub(rules[section]["regex"], rules[section]["replace"], text)
    return text


def overwritten(text):
    """The text as a terminal shows it: after a carriage return, letters are written over."""
    lines = []
    for row in text.split("\n"):
        shown = ""
        for part in row.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return "\n".join(lines)


def test_every_epoch_has_a_heading_and_a_line(capsys):
    out = overwritten(printed(capsys, epochs=2, validation_data=(X, Y)))

    line = r"3/3 ━{20} \d+(us|ms|s)/step - loss: \d\.\d{4} - mae: \d\.\d{4} "
    line += r"- val_loss: \d\.\d{4} - val_mae: \d\.\d{4}\n"
    assert re.fullmatch(f"Epoch 1/2\n{line}Epoch 2/2\n{line}", out), out


def test_verbose_2_is_one_line_and_verbose_0_none(capsys):
    one, none = printed(capsys, verbose=2), printed(capsys, verbose=0)

    assert re.fullmatch(r"Epoch 1/1\n3/3 - \d+(us|ms|s)/step - loss: 0.9\d+ - mae: 0.9\d+\n", one)
    assert none == ""


def test_a_long_epoch_shows_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)

    out = printed(capsys)

    assert re.search(r"1/3 ━+─+ \d+\w+/step - loss: \d\.\d{4} - mae: \d\.\d{4}\r", out), out


def test_slow_and_fast_runs_of_a_lesson_print_the_same_once_sanitized(capsys, monkeypatch):
    slow = printed(capsys, pause=0.3)
    monkeypatch.setattr(progress, "PAUSE", math.inf)  # as if no machine were too slow
    fast = printed(capsys)

    assert "\r" in slow
    assert "\r" not in fast
    assert sanitized(slow) == sanitized(fast)
    assert "3/3 ━━━━━━━━━━━━━━━━━━━━ TIME - loss" in sanitized(fast)


def test_a_terminal_ends_up_with_the_last_state_only(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)

    shown = overwritten(printed(capsys))

    assert shown.count("loss") == 1
    assert "─" not in shown


def test_evaluate_prints_a_line_and_predict_is_silent_unless_asked(capsys):
    model = compiled()
    model.evaluate(X, Y)
    evaluated = overwritten(capsys.readouterr().out)
    model.predict(X)
    silent = capsys.readouterr().out
    model.predict(X, verbose=1)

    assert re.fullmatch(r"1/1 ━{20} \d+\w+/step - loss: 1.0000 - mae: 1.0000\n", evaluated)
    assert silent == ""
    assert re.fullmatch(r"1/1 ━{20} \d+\w+/step\n", overwritten(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("seconds", "text"), [(9e-5, "90us"), (0.0123, "12ms"), (1.0, "1s"), (75.2, "75s")]
)
def test_times_are_given_in_the_unit_that_reads_best(seconds, text):
    assert progress.duration(seconds) == text


def test_a_stream_without_a_length_counts_its_batches(capsys):
    compiled().fit(iter([(X, Y), (X, Y)]))

    assert "2/2 ━" in capsys.readouterr().out


def test_before_its_end_a_stream_without_a_length_does_not_look_finished(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)

    compiled().fit(iter([(X, Y), (X, Y)]))

    lines = re.split(r"[\r\n]+", capsys.readouterr().out)
    counts = [re.match(r" *(\d+/\w+ [━─])", one).group(1) for one in lines if "loss" in one]
    assert counts == ["1/Unknown ─", "2/Unknown ─", "2/2 ━"]


@pytest.mark.parametrize(
    ("options", "says"),
    [({}, True), ({"background": True}, False), ({"background": True, "verbose": 2}, True)],
)
def test_a_training_in_the_background_prints_only_when_asked(options, says, capsys):
    history = compiled().fit(X, Y, epochs=1, **options)
    if "background" in options:
        history.wait(60)

    assert bool(capsys.readouterr().out) == says

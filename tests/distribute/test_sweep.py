"""Sweeps on one machine: what they try, what comes of it, and how they end."""

from __future__ import annotations

import math
import os
import re
import signal
import sys
import threading

import numpy as np
import pytest

import funclab
from funclab.callbacks import EarlyStopping, LambdaCallback
from funclab.distribute import Between, sweep
from funclab.errors import ArgumentError, MissingPackageError, NameLookupError
from tests.distribute.sweeps import (
    SPACE,
    X,
    Y,
    build,
    dangerous,
    numbers,
    small,
    starts,
    wait_until,
)


def test_what_trials_bring_does_not_depend_on_how_many_run_at_once(tmp_path):
    marks = tmp_path / "marks"

    def build_at_once(units, rate):
        """One process does not end all trials before the other is up: they wait for each other."""
        with marks.open("a") as file:
            file.write(f"0 {os.getpid()}\n")
        wait_until(lambda: len({*starts(marks)[0]}) == 2)
        return build(units, rate)

    alone = small()

    together = sweep(build_at_once, SPACE, (X, Y), workers=2, epochs=2, validation_split=0.25)

    assert numbers(together) == numbers(alone)
    assert len({trial.worker for trial in together.trials} | {alone.trials[0].worker}) == 3


def test_a_sweep_leaves_the_random_numbers_and_names_of_the_session_alone():
    funclab.utils.set_random_seed(1)
    expected = funclab.random.normal((3,))

    funclab.utils.set_random_seed(1)
    small()

    np.testing.assert_array_equal(funclab.random.normal((3,)), expected)
    assert funclab.layers.Dense(1).name == "dense"


def test_sweeps_in_several_threads_do_not_disturb_each_other():
    expected, result = numbers(small()), []
    threads = [threading.Thread(target=lambda: result.append(small())) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [numbers(each) for each in result] == [expected, expected]


def test_a_grid_tries_every_combination_and_knows_the_best():
    result = small(epochs=5)

    tried = [tuple(trial.config.values()) for trial in result.trials]
    first = result.trials[0]

    assert tried == [(units, rate) for units in SPACE["units"] for rate in SPACE["rate"]]
    assert re.fullmatch(
        r"<Trial 0: units 2, rate .*: loss=.*, val_loss=.* after 5 epochs>", repr(first)
    )


def test_the_model_of_a_trial_can_be_trained_again_with_the_same_numbers():
    result = small()

    for trial in result.trials[:2]:
        loss = result.model(trial.number).evaluate(X[48:], Y[48:], verbose=0)
        assert loss == trial.score
    assert result.model().evaluate(X[48:], Y[48:], verbose=0) == result.best.score


def test_what_is_drawn_at_random_differs_and_begins_alike_for_more_trials():
    space = {"units": Between(2, 9), "rate": Between(1e-4, 0.1, log=True)}

    few = small(space, search="random", trials=3, epochs=1)
    more = small(space, search="random", trials=6, epochs=1)
    other = small(space, search="random", trials=3, epochs=1, seed=1)

    assert numbers(more)[:3] == numbers(few)
    configs = [tuple(trial.config.values()) for trial in [*more.trials, *other.trials]]
    assert len(set(configs)) == 9
    assert all(isinstance(units, int) and 2 <= units <= 9 for units, _ in configs)
    assert all(1e-4 <= rate <= 0.1 for _, rate in configs)


def test_draws_from_lists_are_all_different_until_there_are_no_more():
    result = small(search="random", trials=50, epochs=1)

    assert len({tuple(trial.config.values()) for trial in result.trials}) == 6


def test_numbers_on_a_logarithmic_range_have_factors_that_are_equally_likely():
    range_, random = Between(1e-4, 1.0, log=True), np.random.default_rng(0)
    whole = Between(1, 3)

    low = np.mean([range_.draw(random) < 1e-2 for _ in range(2000)])
    drawn = [whole.draw(random) for _ in range(300)]

    assert abs(low - 0.5) < 0.05
    assert [drawn.count(n) > 70 for n in (1, 2, 3)] == [True] * 3


def test_halving_trains_the_best_of_each_round_longer_from_the_start():
    space = {"units": [2, 3, 4], "rate": [0.0001, 0.01, 0.1]}

    result = small(space, search="halving", epochs=9, factor=3)
    whole = small(space, epochs=9)

    rounds = {epochs: [n for n, e in result.results if e == epochs] for epochs in (1, 3, 9)}
    assert [len(rounds[epochs]) for epochs in (1, 3, 9)] == [9, 3, 1]
    assert result.count == 13
    for epochs, after in ((1, 3), (3, 9)):
        scores = {n: result.results[n, epochs].score for n in rounds[epochs]}
        assert sorted(rounds[after]) == sorted(sorted(scores, key=scores.get)[: len(rounds[after])])
    assert result.best.epochs == 9
    assert result.best.values == whole.trials[result.best.number].values


def test_the_error_of_a_trial_is_what_it_brought_and_the_others_go_on():
    result = small({"units": [4, -1, 8]})

    errors = [trial.error for trial in result.trials]

    assert errors[0] == errors[2] == ""
    assert errors[1].startswith("ArgumentError: ") and "units=-1" in errors[1]
    assert math.isnan(result.trials[1].score)
    assert repr(result) == "<Sweep: 3 of 3 trainings, 1 failed>"


def test_halving_goes_on_without_the_trials_that_failed():
    result = small({"units": [4, -1, -2, 8]}, search="halving", factor=2, epochs=4)

    assert result.best.epochs == 4 and not result.best.error
    assert not result.stopped


def test_a_trial_that_ends_its_process_is_what_failed_and_the_others_go_on():
    result = sweep(dangerous, {"number": list(range(6))}, (X, Y), workers=2)

    errors = {trial.number: trial.error for trial in result.trials if trial.error}

    assert len(result.trials) == 6
    assert list(errors) == [2] and "its process has ended" in errors[2]


def test_names_that_build_does_not_take_go_to_fit():
    result = small({"units": [4], "batch_size": [8, 64], "epochs": [1, 3]})

    lengths = [len(trial.values["loss"]) for trial in result.trials]

    assert lengths == [1, 3, 1, 3]
    assert result.trials[0].values["loss"] != result.trials[2].values["loss"][:1]


def test_each_trial_has_callbacks_of_its_own():
    stop = EarlyStopping("loss", patience=0, min_delta=10.0)

    result = small(epochs=20, callbacks=[stop])

    assert [len(trial.values["loss"]) for trial in result.trials] == [2] * 6
    assert stop.model is None


def test_data_may_come_from_a_function_which_is_called_once_in_a_process():
    calls = []

    def data():
        calls.append(1)
        return {"x": X, "y": Y, "validation_split": 0.25}

    result = sweep(build, SPACE, data, epochs=2, workers=1)

    assert len(calls) == 1
    assert numbers(result) == numbers(small())


def test_validation_data_may_be_the_third_of_the_data():
    result = sweep(build, {"units": [4]}, (X[:48], Y[:48], (X[48:], Y[48:])), epochs=2, workers=1)

    assert numbers(result)[0][2] == numbers(small({"units": [4]}))[0][2]


def test_a_larger_accuracy_is_better_and_the_mode_may_say_so():
    def classify(units):
        model = funclab.Sequential([funclab.Input((4,)), funclab.layers.Dense(units)])
        model.compile("sgd", "mse", metrics=["mae", "accuracy"])
        return model

    data = (X, np.eye(3)[Y[:, 0].astype(int) % 3])
    result = sweep(classify, {"units": [3] * 4}, data, epochs=2, workers=1, monitor="accuracy")
    turned = sweep(
        classify, {"units": [3] * 4}, data, epochs=2, workers=1, monitor="mae", mode="max"
    )

    assert result.best.score == max(trial.values["accuracy"][-1] for trial in result.trials)
    assert turned.best.score == max(trial.values["mae"][-1] for trial in turned.trials)


def test_results_are_a_frame_with_a_row_for_each_trial():
    result = small({"units": [4, -1]})

    frame = result.frame()

    first = result.trials[0]
    assert frame["trial"].tolist() == [0, 1] and frame["units"].tolist() == [4, -1]
    assert frame["val_loss"][0] == first.score and frame["loss"][0] == first.values["loss"][-1]
    assert frame["error"][1].startswith("ArgumentError")


def test_without_pandas_an_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)  # Python's way to say: not importable

    with pytest.raises(MissingPackageError, match="needs the package pandas"):
        small().frame()


def test_without_joblib_one_process_works_and_several_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)  # Python's way to say: not importable

    assert len(small(workers=None).trials) == 6
    with pytest.raises(MissingPackageError, match="workers=1 needs none"):
        small(workers=2)


def test_an_interrupt_ends_a_sweep_and_what_has_ended_stays(tmp_path):
    def interrupted(number):
        if number == 3:
            raise KeyboardInterrupt
        return build()

    result = sweep(interrupted, {"number": list(range(6))}, (X, Y), workers=1)

    assert result.stopped and not result.running
    assert [trial.number for trial in result.trials] == [0, 1, 2]


def test_a_trial_that_is_interrupted_while_it_trains_does_not_count():
    begun = []

    def beginning(number):
        begun.append(number)
        return build()

    press = LambdaCallback(on_epoch_begin=lambda epoch, logs: signal.raise_signal(signal.SIGINT))
    result = sweep(beginning, {"number": [0, 1]}, (X, Y), workers=1, epochs=9, callbacks=[press])

    assert result.stopped and begun == [0]
    assert result.trials == []


def test_a_sweep_in_the_background_can_be_cancelled_and_taken_up_again(tmp_path):
    journal, marks = tmp_path / "sweep.jsonl", tmp_path / "marks"
    go = tmp_path / "go"
    space = {"marks": [str(marks)], "number": list(range(12)), "held": [f"10 {go}"]}
    settings = {"workers": 1, "epochs": 60, "journal": journal}

    result = sweep(build, space, (X, Y), background=True, **settings)
    wait_until(lambda: len(result.results) >= 2)
    result.cancel()
    go.touch()
    result.wait()
    ended = set(result.results)
    again = sweep(build, space, (X, Y), **settings)

    assert result.stopped and 2 <= len(ended) < 12
    assert len(again.trials) == 12 and not again.stopped
    began = starts(marks)
    assert all(len(began[number]) == 1 for number, _ in ended)


def test_a_sweep_in_two_processes_can_be_cancelled():
    space = {"number": list(range(10_000))}
    result = small(space, workers=2, epochs=200, background=True)

    wait_until(lambda: len(result.results) >= 2)
    result.cancel().wait(60)

    assert result.stopped and len(result.results) < 10_000


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"space": {}}, "a dict with a list of values"),
        ({"space": {"units": "relu"}}, "'units' has 'relu'"),
        ({"space": {"units": []}}, "'units' has no values"),
        ({"space": {"unit": [1]}}, "takes no argument 'unit'"),
        ({"space": {"unit": [1]}}, "(did you mean units?)"),
        ({"space": {"units": Between(1, 4)}}, "A grid needs a list"),
        ({"search": "all"}, 'expected "grid", "random" or "halving"'),
        ({"search": "random"}, "needs `trials`"),
        ({"trials": 3}, "as many trials as there are combinations"),
        ({"epochs": 0}, "epochs=0"),
        ({"workers": 0}, "workers=0"),
        ({"seed": -1}, "seed=-1"),
        ({"mode": "best"}, "mode='best'"),
        ({"batches": 3}, "takes no argument 'batches'"),
        ({"verbose": 1}, "takes no argument 'verbose'"),
        ({"search": "halving", "space": {"epochs": [1]}}, "takes no argument 'epochs'"),
        ({"client": "tcp://here:1"}, "`client` is a Client of Dask"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_before_the_first_trial(settings, words):
    arguments = {"space": SPACE, **settings}

    with pytest.raises(ArgumentError) as caught:
        small(**arguments)

    assert words in str(caught.value)


@pytest.mark.parametrize(("low", "high", "log"), [(2, 1, False), (0, 1, True), ("a", 2, False)])
def test_a_range_without_order_is_refused(low, high, log):
    with pytest.raises(ArgumentError):
        Between(low, high, log=log)


def test_data_and_build_of_the_wrong_kind_are_refused():
    with pytest.raises(ArgumentError, match="The data of a sweep"):
        sweep(build, SPACE, X, workers=1)
    with pytest.raises(ArgumentError, match="`build` is a function"):
        sweep(build(), {"units": [1]}, (X, Y), workers=1)
    with pytest.raises(ArgumentError, match="needs arguments that the space does not name"):
        sweep(lambda units, depth: None, {"units": [1]}, (X, Y), workers=1)


def test_a_name_that_is_not_measured_and_a_sweep_without_a_score_say_so():
    with pytest.raises(NameLookupError, match="holds no 'f1'"):
        small(monitor="f1")
    with pytest.raises(NameLookupError, match="none is the best") as caught:
        small({"units": [-1]}).best  # noqa: B018

    assert "units=-1" in caught.value.why

"""Sweeps: one model trained with many settings, here or on many machines."""

from __future__ import annotations

import inspect
import math
import tempfile
import threading
import uuid
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from funclab.callbacks.control import Monitor
from funclab.distribute import space as spaces
from funclab.distribute.executors import executor
from funclab.distribute.journal import Journal, Record
from funclab.distribute.plans import Plan
from funclab.distribute.trials import Key, Task, Trial, Work, as_arguments, trial_of
from funclab.errors import ArgumentError, NameLookupError, import_for, suggest
from funclab.files import json_lines
from funclab.registry import near
from funclab.registry.parameters import wrong_value
from funclab.training import fitting

SEARCHES = ("grid", "random", "halving")
OWN = {"background", "live", "run", "verbose", "legacy", "model"}
"""Arguments of `fit` that make no sense in a trial."""


def sweep(
    build: Callable[..., Any],
    space: dict[str, Any],
    data: Any,
    client: Any = None,
    *,
    search: str = "grid",
    trials: int | None = None,
    epochs: int = 1,
    factor: int = 3,
    monitor: str | None = None,
    mode: str = "auto",
    seed: int = 0,
    workers: int | None = None,
    journal: Any = None,
    background: bool = False,
    live: Any = None,
    **fit: Any,
) -> Sweep:
    """Train a model with many settings, and compare the results.

    Each trial calls `build` with its settings, and `fit` on the model. It has its own stream of
    random numbers, which depends only on `seed` and the number of the trial, so its result does not
    depend on where it runs, how many others run at the same time, or in which order. (This does not
    hold for numbers that `build` draws from NumPy's or Python's global generators.) An error in a
    trial is recorded as its result, and the sweep continues. An interrupt ends the sweep; the
    results so far are kept.

    build: a function that returns a compiled model. Its arguments are names in the space.
    space: for each name a list of values, a `Between`, or a distribution of scipy.stats. Names that
        `build` does not take are arguments of `fit`, such as "batch_size".
    data: (x, y), or (x, y, (x_val, y_val)), or a dict of arguments of `fit`; or a function without
        arguments that returns one of these. Each process that runs trials calls it once, so the
        data need not travel.
    client: a Dask Client, on whose workers the trials run; None for this machine. More threads in
        one worker help little: start it with threads_per_worker=1.
    search: "grid" tries every combination; "random" draws `trials` of them; "halving" draws as many
        (without `trials` it takes the grid), trains all for a few epochs, and the best of them from
        the start for `factor` times as many, until few are left.
    trials: how many combinations are drawn. A sweep with a journal can be resumed with more.
    epochs: for how many epochs a trial is trained; with "halving", in the last round.
    factor: with "halving", one in `factor` trials advances to the next round.
    monitor: the loss or metric that is compared, by its value in the last epoch; None for
        "val_loss" or, without validation, "loss".
    mode: "min", "max", or "auto", which decides by the name whether larger is better.
    seed: a whole number from 0; it determines the random numbers of all trials.
    workers: without a client, the number of processes that run trials. None is one for each core;
        1 runs them here, as None does without joblib, and is fastest for small models: see README.
    journal: the path of a file to which the result of each trial is added when it ends. However a
        sweep ended, it resumes when it is called with the same arguments and journal; failed
        trials run again.
    background: whether to return at once, while a thread runs the sweep.
    live: whether a live table and curves are shown in the notebook; a dict gives settings of the
        view, such as {"look": "projector"}. None shows them if the notebook extension is loaded.
    fit: more arguments of `fit`, the same for all trials, such as validation_split=0.2 or
        callbacks=[...], of which each trial gets copies.

    Returns a Sweep, which has the results.
    Raises: ArgumentError for arguments that cannot be used; ConfigError for a journal of another
        sweep; BusyError for one in use; ClusterError when the cluster is lost;
        MissingPackageError without joblib or dask.
    """
    known = spaces.checked(space)
    _check_numbers(search, trials, epochs, factor, seed, workers)
    _check_names(build, known, fit, search)
    if not callable(data):
        as_arguments(data)
    plan = _plan(known, search, trials, epochs, factor, seed)
    about = {
        "space": {name: _in_words(values) for name, values in known.items()},
        "search": search, "epochs": epochs, "seed": seed,
        "build": spaces.label(build), "fit": spaces.label(fit), "data": spaces.label(data),
        **({"factor": factor} if search == "halving" else {}),
    }  # fmt: skip
    runs_on = executor(client, workers, journal is not None)
    result = Sweep(
        build, data, fit, plan, runs_on, _opened(journal, about, build, plan),
        monitor=monitor, mode=mode, seed=seed, names=list(known),
    )  # fmt: skip
    if live if live is not None else fitting.live_by_default:
        result.background = background
        result.show(**(live if isinstance(live, dict) else {}))
    return result.start() if background else result.run()


class Sweep:
    """The trials of a sweep, as far as they have ended. `sweep` makes it.

    `stopped` says whether it was cancelled or interrupted, `error` holds the error that ended a
    sweep in the background, and `count` is the total number of training runs.
    """

    def __init__(
        self, build: Any, data: Any, fit: dict[str, Any], plan: Plan, executor: Any,
        journal: Journal, *, monitor: str | None, mode: str, seed: int, names: list[str],
    ) -> None:  # fmt: skip
        self.plan, self.executor, self.journal = plan, executor, journal
        self.monitor, self.names, self.count = monitor, names, plan.count()
        self.mode = Monitor(monitor or "loss", mode, 0).mode
        of_fit = frozenset(set(names) - set(_parameters(build, names)))
        stop = Path(tempfile.gettempdir(), f"funclab-sweep-{uuid.uuid4().hex}")
        self.work = Work(journal.name, build, data, fit, of_fit, seed, str(stop))
        self.results: dict[Key, Trial] = {}
        self.stopped = self.background = False
        self.error: BaseException | None = None
        self.running = True
        """Whether trials are still to come."""
        self.watchers: list[Callable[[], None]] = []
        """Called when a trial has ended, and when the sweep has."""
        self.feeds: list[Callable[[], None]] = []
        """The same for its views; they are called before the other watchers."""
        self.output: Any = None
        """The output of a cell that showed the sweep while it ran."""
        self._thread: threading.Thread | None = None
        try:
            for record in journal.records:
                # The sweep may have been begun with more trials. Failed trials run again.
                if record["trial"] < len(plan.configs) and not record.get("error"):
                    self._take(record)
        except BaseException:
            journal.close()
            raise

    def run(self) -> Sweep:
        """Run the trials that have not ended."""
        try:
            for tasks in self.plan.rounds(self.results, self.ranked):
                left = [task for task in tasks if task.key not in self.results]
                for record in self.executor.run(self.work, left) if left else ():
                    self.journal.add(record)
                    self._take(record)
                    self._tell()
                if any(task.key not in self.results for task in tasks):
                    self.stopped = True
                    break
            else:
                self.count = len(self.results)  # fewer than planned if trials failed
        except KeyboardInterrupt:
            self.stopped = True
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.journal.close()
            Path(self.work.stop).unlink(missing_ok=True)
            self.running = False
            self._tell()
        return self

    def start(self) -> Sweep:
        """Run the trials in a background thread; returns at once."""
        self.background = True
        self._thread = threading.Thread(target=self._run_quietly, name="funclab sweep", daemon=True)
        self._thread.start()
        return self

    def _run_quietly(self) -> None:
        """Like `run`, which keeps an error for `wait`."""
        with suppress(Exception):
            self.run()

    def _take(self, record: Record) -> None:
        trial = trial_of(record)
        trial.score = self._score(trial)
        self.results[trial.key] = trial

    def _score(self, trial: Trial) -> float:
        if trial.error or not trial.values:
            return math.nan
        if self.monitor is None:
            self.monitor = "val_loss" if "val_loss" in trial.values else "loss"
        return float(trial.history.history[self.monitor][-1])

    def _tell(self) -> None:
        for watchers in (self.feeds, self.watchers):
            for watcher in [*watchers]:
                try:
                    watcher()
                except Exception as error:  # an error in a display must not end the sweep
                    watchers.remove(watcher)
                    warnings.warn(f"A view of a sweep has ended: {error!r}.", stacklevel=2)

    def wait(self, timeout: float | None = None) -> Sweep:
        """Wait for the end of a sweep in the background, at most `timeout` seconds (None: without
        a limit); returns this object.

        Raises: the error that ended the sweep, if any.
        """
        if self._thread is not None:
            self._thread.join(timeout)
        if self.error is not None and not self.running:
            raise self.error
        return self

    def cancel(self) -> Sweep:
        """End the sweep: no other trial begins, and running trials end after their epoch and do
        not count. The results so far are kept, and a sweep with a journal can be resumed.
        """
        if self.running:
            self.executor.cancel(self.work)
        return self

    @property
    def upward(self) -> bool:
        """Whether a larger score is better."""
        return Monitor(self.monitor or "loss", self.mode, 0).upward

    def ranked(self, trials: Sequence[Trial]) -> list[Trial]:
        """The trials with the best one first; those without a score come last."""
        sign = -1 if self.upward else 1
        return sorted(
            trials, key=lambda trial: (math.isnan(trial.score), sign * trial.score, trial.number)
        )

    @property
    def trials(self) -> list[Trial]:
        """The result of each trial, by number; with halving, of its longest training run."""
        longest = {key[0]: self.results[key] for key in sorted(self.results)}
        return list(longest.values())

    @property
    def best(self) -> Trial:
        """The trial with the best score; with halving, among those that were trained longest.

        Raises: NameLookupError when no trial has a score.
        """
        scored = [trial for trial in self.trials if not math.isnan(trial.score)]
        if not scored:
            errors = [trial.error for trial in self.trials if trial.error]
            raise NameLookupError(
                "No trial of this sweep has a score, so none is the best.",
                why=f"the first one that failed says: {errors[0]}" if errors
                else "none has ended, or the score of each is nan.",
                fix="see sweep.frame() for the result of each trial.",
            )  # fmt: skip
        if self.plan.factor:
            longest = max(trial.epochs for trial in scored)
            scored = [trial for trial in scored if trial.epochs == longest]
        return self.ranked(scored)[0]

    def model(self, number: int | None = None) -> Any:
        """The model of a trial, trained once more here, with the same numbers as in the trial.

        number: the number of the trial; None for the best one.

        Raises: NameLookupError for a trial that has not ended; the error of a failed trial.
        """
        known = {trial.number: trial for trial in self.trials}
        trial = self.best if number is None else known.get(number)
        if trial is None:
            raise NameLookupError(
                f"Trial {number} has not ended.",
                why=f"those that have are {', '.join(map(str, known)) or 'none so far'}.",
                fix="use the number of one that has.",
            )
        task = Task(trial.number, trial.epochs, self.plan.configs[trial.number])
        return self.work.train(task)[0]

    def frame(self) -> Any:
        """The trials as a pandas DataFrame: a row for each, with its settings, the losses and
        metrics of its last epoch, its seconds, where it ran, and its error.

        Raises: MissingPackageError without pandas.
        """
        pandas = import_for("Sweep.frame()", "pandas")
        rows = []
        for trial in self.trials:
            last = {name: values[-1] for name, values in trial.values.items()}
            about = {"seconds": trial.seconds, "worker": trial.worker, "error": trial.error}
            first = {"trial": trial.number, **trial.config, "epochs": trial.epochs}
            rows.append({**first, **last, **about})
        return pandas.DataFrame(rows)

    def view(self, **settings: Any) -> Any:
        """The table of trials above the curves of the best ones, also while the sweep runs.

        `settings`: those of every view (`look`, `ask`, `tour`), and of this view's state, such as
        log=True, smooth=True or table=False.
        """
        from funclab.view.training.trials import TrialsFeed

        feed = TrialsFeed(self, settings)
        if self.running:
            self.feeds.append(feed.told())
        return feed.view

    def show(self, **settings: Any) -> None:
        """Display the view in the notebook; at the end, the final picture replaces it."""
        from funclab.view.training.cell import show

        view = self.view(**settings)
        output = self.output = show(view)
        if output is not None:
            self.watchers.append(lambda: None if self.running else output.renew(view))

    def __repr__(self) -> str:
        errors = sum(bool(trial.error) for trial in self.results.values())
        state = "running" if self.running else "stopped" if self.stopped else ""
        parts = [f"{len(self.results)} of {self.count} trainings"]
        parts += [f"{errors} failed"] * bool(errors) + [state] * bool(state)
        return f"<Sweep: {', '.join(parts)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        nothing = not self.results and not self.running
        if nothing or (self.output is not None and self.output.in_this_cell):  # shown above it
            return {"text/plain": repr(self)}
        return self.view()._repr_mimebundle_()


def _opened(path: Any, about: dict[str, Any], build: Any, plan: Plan) -> Journal:
    """The journal of a sweep; warns of lines that are not used, and if `build` has changed since
    the sweep was begun."""
    try:
        source = inspect.getsource(build)
    except (OSError, TypeError):  # no source, as for an object with a method __call__
        source = ""
    journal = Journal(path, about, source, plan.checked)
    if journal.wrong:
        warnings.warn(
            f"The journal {str(journal.path)!r} has lines that are not used: "
            f"{json_lines.in_words(journal.wrong)}. They stay in the file; trials of this sweep "
            "that they were the results of run again.",
            stacklevel=3,
        )
    if journal.changed and journal.records:
        warnings.warn(
            f"`build` has changed since the journal {str(journal.path)!r} was begun: trials in it "
            "that did not fail keep their results. Name another journal to train them again.",
            stacklevel=3,
        )
    return journal


def _plan(known: Any, search: str, trials: Any, epochs: int, factor: int, seed: int) -> Plan:
    if search == "grid" or trials is None:
        configs = spaces.grid(known)
    else:
        configs = spaces.draws(known, trials, seed)
    return Plan(configs, epochs, factor if search == "halving" else 0)


def _in_words(values: Any) -> Any:
    """The values of a setting in the form of a journal."""
    if isinstance(values, list):
        return spaces.label(values)
    frozen = getattr(values, "dist", None)  # of scipy.stats, whose repr contains an address
    return repr(values) if frozen is None else f"{frozen.name}{values.args}{values.kwds}"


def _parameters(build: Any, names: Sequence[str]) -> list[str]:
    """Those of the names that are arguments of `build`."""
    try:
        parameters = inspect.signature(build).parameters.values()
    except ValueError:  # it has no signature
        return list(names)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return list(names)
    return [parameter.name for parameter in parameters if parameter.name in names]


def _check_numbers(
    search: Any, trials: Any, epochs: Any, factor: Any, seed: Any, workers: Any
) -> None:
    if search not in SEARCHES:
        raise wrong_value("sweep", "search", search, '"grid", "random" or "halving"', '"random"')
    if search == "random" and trials is None:
        raise ArgumentError(
            'search="random" needs `trials`.',
            why="it is how many combinations are drawn.",
            fix='write sweep(..., search="random", trials=20).',
        )
    if search == "grid" and trials is not None:
        raise ArgumentError(
            f"A grid has as many trials as there are combinations. Received: trials={trials!r}.",
            why="`trials` says how many are drawn at random.",
            fix=f'write search="random", trials={trials!r}, or leave `trials` out.',
        )
    for name, value, least in (("trials", trials, 1), ("workers", workers, 1)):
        if value is not None and not (suggest.is_whole(value) and value >= least):
            raise wrong_value("sweep", name, value, f"a whole number from {least}", "4")
    for name, value, least in (("epochs", epochs, 1), ("factor", factor, 2), ("seed", seed, 0)):
        if not (suggest.is_whole(value) and value >= least):
            raise wrong_value("sweep", name, value, f"a whole number from {least}", "3")


def _check_names(build: Any, known: Any, fit: dict[str, Any], search: str) -> None:
    """Check that every name in the space is an argument of `build` or of `fit`."""
    if not callable(build) or hasattr(build, "fit"):
        raise ArgumentError(
            f"`build` is a function that returns a compiled model. Received: {build!r}.",
            why="each trial makes a model of its own.",
            fix="write def build(units): ... return model, and pass build.",
        )
    of_fit = set(inspect.signature(fitting.fit).parameters) - OWN
    if search == "halving":
        of_fit -= {"epochs"}  # the rounds decide how many
    taken = _parameters(build, list(known))
    for name in [*(name for name in known if name not in taken), *fit]:
        if name not in of_fit:
            raise ArgumentError(
                f"`build` takes no argument {name!r}, and neither does `fit` in a sweep.",
                why=f"`build` takes {', '.join(inspect.signature(build).parameters) or 'none'}.",
                fix=f"give build a parameter {name}, or correct the name"
                f"{near(name, [*inspect.signature(build).parameters, *of_fit], suggest.keywords)}.",
            )
    if not suggest.takes(build, **dict.fromkeys(taken)):
        raise ArgumentError(
            f"`build` needs arguments that the space does not name: it is {build.__name__}"
            f"{inspect.signature(build)}.",
            why=f"each trial calls it with {', '.join(taken) or 'nothing'}.",
            fix="name them in the space, or give them defaults.",
        )

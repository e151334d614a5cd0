"""The method `fit`. The data go to the engine in four steps, each in its own module:

`data.prepare` matches arrays to the model's inputs and outputs; `sources` cuts them into batches;
`step` makes the plan for a batch of that shape; `loop` fills the plan's buffers and runs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from funclab.callbacks.base import History, Watcher
from funclab.errors import ArgumentError
from funclab.models.late import above
from funclab.models.model import Model
from funclab.registry.parameters import signed
from funclab.training.arguments import FitOptions, check_legacy, check_monitor
from funclab.training.background import in_background, in_turns, to_the_end
from funclab.training.compiled import check_idle, require
from funclab.training.data.sources import training_source, validation_source
from funclab.training.loop import TrainingLoop
from funclab.training.runner import runner_for

live_by_default = False
"""Whether `fit` shows a live view if `live` is not given. The notebook extension sets it."""


def fit(
    model: Model,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: Any = True,
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    background: Any = False,
    live: Any = None,
    run: str = "",
    evaluate_each_epoch: bool = False,
    snapshots: Any = False,
    cluster: Any = None,
    **legacy: Any,
) -> History:
    """Train, and return the History of losses and metrics.

    x: an array, or a list or dict (by input name) of arrays; or batches (x, y) or
        (x, y, sample_weight) from a generator, a Sequence or any iterable.
    y: targets, in the same forms, by output; None if `x` contains them.
    batch_size: samples in a batch; default 32.
    epochs: the number of the last epoch; if `initial_epoch` is 0, the number of epochs.
    verbose: 0 is silent, 1 a line that grows, 2 a line per epoch; "auto" is 1, or 0 with a live
        view and in the background.
    callbacks: a Callback or a list of them.
    validation_split: the fraction of the samples, the last ones, to validate on.
    validation_data: (x, y) or (x, y, sample_weight) to validate on, or a stream of batches.
    shuffle: whether each epoch has a new order; "batch" shuffles whole batches.
    class_weight: a dict from class index to the weight of its samples.
    sample_weight: an array of weights for samples, or a list or dict of these by output.
    initial_epoch: the number of the first epoch, counted from 0.
    steps_per_epoch, validation_steps: batches in an epoch; None for all batches.
    validation_batch_size: samples in a validation batch; None for `batch_size`.
    validation_freq: validate after every `validation_freq` epochs, or after the epochs listed.
    background: True trains in a background thread and returns at once, with a `Training` that has
        `wait`, `stop`, `pause` and `resume`.
    live: True shows the growing curves in a notebook; a dict such as {"look": "projector"} holds
        settings of the view; None shows them if the notebook extension is loaded.
    run: a name for this training run in live views and comparisons.
    evaluate_each_epoch: evaluate the training data again after every epoch, with the weights at
        that time; the results go to `history.now`.
    snapshots: True keeps the weights of up to 20 epochs, in at most 64 MB, for
        `history.restore(epoch)`; a number says how many.
    cluster: a `dask.distributed.Client`, or a `funclab.distribute.Cluster`, whose workers each
        compute a part of every batch; `history.cluster` reports what they did.

    Everything that can be checked is checked before the first step. An interrupt (Ctrl-C, the Stop
    button) ends training after the current batch: the weights are kept, `history.stopped` is True.

    Raises: DataError, ShapeError, ArgumentError, NotCompiledError, and BusyError if the model is
    already being trained; in all these cases nothing was trained.
    """
    check_legacy(fit, legacy)
    options = FitOptions(
        batch_size, epochs, verbose, callbacks, validation_split, shuffle, initial_epoch,
        steps_per_epoch, validation_steps, validation_batch_size, validation_freq,
        run, evaluate_each_epoch, snapshots,
    )  # fmt: skip
    watchers = live_watchers(model, live, options)
    options.check(quiet=bool(background or watchers))
    if validation_data is not None:
        options.validation_split = 0.0  # as in Keras, validation_data takes precedence
    runner = runner_for(model, require(model), cluster)
    check_idle(model, "fit")
    runner.warn_of_changes()
    training, held_out = training_source(runner, x, y, sample_weight, class_weight, options)
    validation = validation_source(runner, validation_data, held_out, options)
    for callback in options.callbacks:
        check_monitor(callback, runner.compiled.metrics_names, validation is not None)
    loop = TrainingLoop(runner, training, validation, options, watchers)
    if background is in_turns:
        return in_turns(loop)  # type: ignore[return-value]
    return in_background(loop) if background else to_the_end(loop)


async def fit_async(model: Model, *args: Any, **settings: Any) -> History:
    """Train as `fit` does, with the same arguments, but yield to the event loop in between.

    With `await model.fit_async(x, y)` a notebook's buttons still respond while the cell is running.
    """
    return await fit(model, *args, **settings | {"background": in_turns})  # type: ignore[misc]


signed(fit_async, inspect.signature(fit), "fit_async")


def fit_generator(
    model: Model,
    generator: Any,
    steps_per_epoch: int | None = None,
    epochs: int = 1,
    verbose: Any = 1,
    callbacks: Any = None,
    validation_data: Any = None,
    validation_steps: int | None = None,
    validation_freq: Any = 1,
    class_weight: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    shuffle: Any = True,
    initial_epoch: int = 0,
) -> History:
    """Keras 2's name for `fit` with a generator; its queue settings have no effect."""
    return fit(
        model, generator, steps_per_epoch=steps_per_epoch, epochs=epochs, verbose=verbose,
        callbacks=callbacks, validation_data=validation_data, validation_steps=validation_steps,
        validation_freq=validation_freq, class_weight=class_weight, shuffle=shuffle,
        initial_epoch=initial_epoch,
    )  # fmt: skip


def live_watchers(model: Model, live: Any, options: FitOptions) -> list[Watcher]:
    """The watcher that shows a run live, if it is to be shown."""
    if live is None:  # verbose=0 means no output, so it also turns off the default view
        live = live_by_default and options.verbose != 0
    if live is False:
        return []
    if live is True or isinstance(live, Mapping):
        settings = {} if live is True else dict(live)
        return [above("fit", "live")(model, run=options.run, **settings)]
    raise ArgumentError(
        f"`live` should be True, False or a dict of settings. Received: live={live!r}.",
        why="it says whether the training is shown while it runs, and how.",
        fix='write live=True, or for example live={"look": "projector"}.',
    )

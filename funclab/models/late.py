"""The door to the rooms above: what they add to models, imported when it is first used.

Models stand below training, files and views, so that these can name their types. A model still has
the methods `fit`, `save` and `explore`: this table says where they are. Type checkers and editors
read the imports beside it; `tests/project/test_rooms.py` compares the two.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor

ABOVE = {
    "ModelMethods": {
        "compile": "training.compiled.compile",
        "compile_from_config": "saving.compiling.compile_from_config",
        "compute_loss": "training.step.compute_loss",
        "compute_loss_and_updates": "training.stateless.compute_loss_and_updates",
        "compute_metrics": "training.own_steps.compute_metrics",
        "diagnose": "training.diagnosis.diagnosing.diagnose",
        "edit": "view.edit.view.edit",
        "evaluate": "training.evaluating.evaluate",
        "evaluate_generator": "training.evaluating.evaluate_generator",
        "explore": "view.explorer.view.explore",
        "export": "saving.onnx_file.export",
        "fit": "training.fitting.fit",
        "fit_async": "training.fitting.fit_async",
        "fit_generator": "training.fitting.fit_generator",
        "get_compile_config": "saving.compiling.get_compile_config",
        "inside": "view.inside.view.inside",
        "load_weights": "saving.files.load_weights",
        "make_predict_function": "training.functions.make_predict_function",
        "make_test_function": "training.functions.make_test_function",
        "make_train_function": "training.functions.make_train_function",
        "mistakes": "view.mistakes.view.mistakes",
        "plot": "view.scene.diagram.plot_model",
        "predict": "training.evaluating.predict",
        "predict_generator": "training.evaluating.predict_generator",
        "predict_on_batch": "training.evaluating.predict_on_batch",
        "predict_step": "training.own_steps.predict_step",
        "profile": "view.profile.view.profile",
        "save": "saving.files.save_model",
        "save_weights": "saving.files.save_weights",
        "shapes": "view.shapes.view.shapes",
        "stateless_compute_loss": "training.stateless.stateless_compute_loss",
        "summary": "view.tables.summary.print_summary",
        "test_on_batch": "training.evaluating.test_on_batch",
        "test_step": "training.own_steps.test_step",
        "to_code": "view.code.source.to_code",
        "trace": "view.trace.view.trace",
        "train_on_batch": "training.evaluating.train_on_batch",
        "train_step": "training.own_steps.train_step",
        "watch": "view.training.view.watch",
        "whatif": "view.whatif.view.whatif",
        "_call_by_plan": "training.calling.call_by_plan",
        "_diff": "view.diff.view.diff",
        "_load_training": "saving.files.load_training",
        "_save_training": "saving.files.save_training",
    },
    "HistoryMethods": {
        "compare": "view.training.view.compare_runs",
        "landscape": "view.landscape.view.landscape",
        "plot": "view.training.curves.history_plot",
    },
    "models": {
        "from_keras": "saving.exchange.from_keras",
        "load_model": "saving.files.load_model",
        "save_model": "saving.files.save_model",
        "to_keras": "saving.exchange.to_keras",
    },
    "fit": {"live": "view.training.feed.Feed"},
    "exchange": {"computing": "saving.exchange.computing", "shown": "saving.exchange.shown"},
}
"""For each class, module or function, by name: the function in a room above."""


def above(owner: str, name: str) -> Any:
    """The function of a room above that `owner` has under this name."""
    module, _, function = ABOVE[owner][name].rpartition(".")
    return getattr(importlib.import_module(f"funclab.{module}"), function)


def shown(model: Any) -> Any:
    """What the views show of a model, a tensor, or a model of Keras or in a file: see `saving`."""
    return model if isinstance(model, (Operation, Tensor)) else above("exchange", "shown")(model)


def computing(model: Any) -> Any:
    """What views that compute take in place of a model of Keras, or in a file: see `saving`."""
    return model if isinstance(model, Operation) else above("exchange", "computing")(model)


class Late:
    """A method whose function is in a room above; once imported, the function replaces this."""

    def __init__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        function = above(self.owner.__name__, self.name)
        setattr(self.owner, self.name, function)
        return function if instance is None else function.__get__(instance)


class ModelMethods:
    """The methods of models that train, save and show them."""

    if TYPE_CHECKING:
        from funclab.saving.compiling import compile_from_config, get_compile_config
        from funclab.saving.files import load_training as _load_training
        from funclab.saving.files import load_weights, save_weights
        from funclab.saving.files import save_model as save
        from funclab.saving.files import save_training as _save_training
        from funclab.saving.onnx_file import export
        from funclab.training.calling import call_by_plan as _call_by_plan
        from funclab.training.compiled import compile
        from funclab.training.diagnosis.diagnosing import diagnose
        from funclab.training.evaluating import (
            evaluate,
            evaluate_generator,
            predict,
            predict_generator,
            predict_on_batch,
            test_on_batch,
            train_on_batch,
        )  # fmt: skip
        from funclab.training.fitting import fit, fit_async, fit_generator
        from funclab.training.functions import (
            make_predict_function,
            make_test_function,
            make_train_function,
        )
        from funclab.training.own_steps import compute_metrics, predict_step, test_step, train_step
        from funclab.training.stateless import compute_loss_and_updates, stateless_compute_loss
        from funclab.training.step import compute_loss
        from funclab.view.code.source import to_code
        from funclab.view.diff.view import diff as _diff
        from funclab.view.edit.view import edit
        from funclab.view.explorer.view import explore
        from funclab.view.inside.view import inside
        from funclab.view.mistakes.view import mistakes
        from funclab.view.profile.view import profile
        from funclab.view.scene.diagram import plot_model as plot
        from funclab.view.shapes.view import shapes
        from funclab.view.tables.summary import print_summary as summary
        from funclab.view.trace.view import trace
        from funclab.view.training.view import watch
        from funclab.view.whatif.view import whatif


class HistoryMethods:
    """The methods of a training run that show it."""

    if TYPE_CHECKING:
        from funclab.view.landscape.view import landscape
        from funclab.view.training.curves import history_plot as plot
        from funclab.view.training.view import compare_runs as compare


for _class in (ModelMethods, HistoryMethods):
    for _name in ABOVE[_class.__name__]:
        setattr(_class, _name, Late(_class, _name))

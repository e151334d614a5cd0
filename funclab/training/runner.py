"""A model with its plans for training, testing and prediction, made once per batch shape."""

from __future__ import annotations

import sys
from typing import Any

from funclab.engine.memory import pack
from funclab.errors import NotSupportedError, warn
from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.value import Variable
from funclab.models.model import Model
from funclab.training.compiled import Compiled, Steps, same_weights
from funclab.training.data.batch_forms import BatchForms
from funclab.training.data.batches import Data, prepare, prepare_free
from funclab.training.own_steps import OwnStep, has_own_steps, overrides
from funclab.training.step import Specs, Step, evaluate_step, predict_step, train_step


class Runner:
    """Trains and evaluates a compiled model on batches."""

    record: Any = None
    """The workers' report, for a runner with workers."""

    def __init__(self, model: Model, compiled: Compiled) -> None:
        self.model, self.compiled = model, compiled

    def source(self, kind: str, sides: Any, size: int, shuffle: Any, steps: int | None) -> Any:
        """The steps for data (x, y, sample_weight) that are not on this machine; else None."""
        return None

    def close(self) -> None:
        """Called when there are no more steps."""

    def prepare(self, x: Any, y: Any = None, weight: Any = None, classes: Any = None) -> Data:
        how = prepare_free if has_own_steps(self.model) else prepare
        return how(self.model, self.compiled, x, y, weight, classes)

    def prepare_batch(self, x: Any, y: Any = None, weight: Any = None, classes: Any = None) -> Data:
        """A batch of a stream, which a step of the model's own may take for several batches: one of
        images with labels and one of images without, of other lengths."""
        if has_own_steps(self.model):
            return prepare_free(self.model, self.compiled, x, y, weight, classes, one_length=False)
        return self.prepare(x, y, weight, classes)

    def batch_forms(self) -> BatchForms | None:
        """What knows the forms of a stream's batches; None where batches do not stay here."""
        if type(self) is not Runner:
            return None
        return BatchForms(self.model, self.compiled, has_own_steps(self.model))

    def train(self, specs: Specs, tree: Any) -> Step:
        """The training plan for batches of these shapes."""
        trainable = self.trainable()
        if has_own_steps(self.model):
            return own_step(self.model, self.compiled.steps, specs, tree, "train_step")
        return self.compiled.steps.get(
            ("train", *shape_key(self.model, specs, tree)),
            lambda: train_step(self.model, self.compiled, specs, tree, trainable),
        )

    def test(self, specs: Specs, tree: Any) -> Step:
        """The plan that evaluates batches of these shapes, with the penalties of the weights that
        training changes."""
        if has_own_steps(self.model):
            return own_step(self.model, self.compiled.steps, specs, tree, "test_step")
        penalized = tuple(id(weight) for weight in self.trained() if weight.regularizer is not None)
        return self.compiled.steps.get(
            ("test", penalized, *shape_key(self.model, specs, tree)),
            lambda: evaluate_step(self.model, self.compiled, specs, tree),
        )

    def predict(self, specs: Specs, tree: Any) -> Step:
        """The plan that predicts batches of these shapes."""
        return predicting(self.model, specs, tree)

    def trainable(self) -> list[Variable]:
        """The weights that training changes, packed together; fixed from now on."""
        with making:
            self.compiled.settle(self.model)
            return self.trained()

    def trained(self) -> list[Variable]:
        """The weights that training changes or would change, packed together."""
        with making:
            trained = self.compiled.trained(self.model)
            pack(trained)
        return trained

    def warn_of_changes(self) -> None:
        """Warn if `trainable` flags have changed since `compile`, or since training began."""
        compiled, now = self.compiled, self.model.trainable_weights
        begun = compiled.trainable is not None
        if same_weights(now, compiled.trainable if begun else compiled.at_compile):
            return
        rule = (
            "still trains the weights that it trained before; compile it again."
            if begun
            else "trains what is trainable now, as Keras 3 does; Keras 2 trained what was so when "
            "it was compiled."
        )
        warn(
            "Discrepancy between trainable weights and collected trainable weights, did you "
            f"set `model.trainable` without calling `model.compile` after? {self.model.name} {rule}"
        )


def runner_for(model: Model, compiled: Any, cluster: Any) -> Runner:
    """The runner for a model: on this machine, or on the workers of a cluster."""
    if cluster is None:
        return Runner(model, compiled)
    if has_own_steps(model):
        raise NotSupportedError(
            f"{type(model).__name__} has a training step of its own, which a cluster does not run.",
            why="workers compute the gradients of parts of a batch; a step written in Python is "
            "for the whole batch.",
            fix="leave out `cluster`, or write compute_loss(self, x, y, y_pred) instead.",
        )
    # The package `distribute` imports this one, so it is loaded only when needed.
    return sys.modules["funclab"].distribute.cluster_runner(model, compiled, cluster)


def predicting(model: Model, specs: Specs, tree: Any) -> Step:
    """The plan that predicts batches of these shapes; the model need not be compiled."""

    if overrides(model, "predict_step"):
        return own_step(model, plans_of(model), specs, (tree, (), ()), "predict_step")

    def make() -> Step:
        if model.built:
            pack(model.trainable_weights)
        return predict_step(model, specs, tree)

    return plans_of(model).get(shape_key(model, specs, tree), make)


def own_step(model: Model, steps: Steps, specs: Specs, trees: Any, method: str) -> Any:
    """What runs the model's own step for batches of these shapes."""
    key = (method, specs, tuple(map(tuple, map(structure.paths, trees))))
    return steps.get(key, lambda: OwnStep(model, specs, trees, method))


def plans_of(model: Model) -> Steps:
    """The plans of a model that need no loss."""
    return model.__dict__.setdefault("_predict_steps", Steps())


def shape_key(model: Model, specs: Specs, tree: Any) -> tuple[Any, ...]:
    """The key of a plan: the shapes, and the graph, which a Sequential may change."""
    graph = getattr(model, "graph", None)
    return specs, graph, tuple(structure.paths(tree)) if graph is None else None

"""Models put together at random: shared layers, models inside models, ops, names of any kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import Input, Model, Sequential, constraints, initializers, layers, ops, regularizers

NAMES = [
    'say "hi"', "it's", "two\nlines", "class", "import", "1st", "a b", "x" * 60, "naïve", "ops",
    "model", "layers", "λ", "end\\", "{x}", "%s", "print", "None", "x", "Input", "_", "-", "\u202e",
    "'''", "Tensor", "np", "__init__",
]  # fmt: skip
ACTIVATIONS = [None, "relu", "tanh", "softmax", "gelu"]


def double(x: Any) -> Any:
    return x * 2


class Builder:
    """Grows one model from a seed. `pool` holds tensors (None, 4), `steps` tensors (None, 3, 4)."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.pool: list[Any] = []
        self.steps: list[Any] = []
        self.flat: list[Any] = []
        """Layers that were made before, to be called again."""
        self.along: list[Any] = []
        self.named: set[str] = set()

    def pick(self, some: list[Any]) -> Any:
        return some[self.random.integers(len(some))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def name(self) -> dict[str, str]:
        """A name of any kind, or none."""
        name = self.pick(NAMES)
        if name in self.named or not self.chance(0.4):
            return {}
        self.named.add(name)
        return {"name": name}

    def build(self, size: int = 12) -> Model:
        inputs = [self.input((4,)) for _ in range(self.random.integers(1, 3))]
        inputs += [self.input((3, 4)) for _ in range(self.random.integers(0, 2))]
        self.pool += [x for x in inputs if len(x.shape) == 2]
        self.steps += [x for x in inputs if len(x.shape) == 3]
        if self.chance(0.3):
            words = Input((3,), dtype="int32", **self.name())
            inputs.append(words)
            self.steps.append(layers.Embedding(9, 4, mask_zero=True, **self.name())(words))
        if self.chance(0.3):
            layers.Dense(4)(Input((4,)))  # something outside, so that names and nodes go on
        grow = [self.grow_flat, self.grow_flat, self.grow_steps, self.grow_op, self.nest]
        for _ in range(size):
            self.pick([*grow, self.nest_several])()
        ends = [
            self.pool[-1],
            *self.steps[-1:],
            *([self.pick(self.pool)] if self.chance(0.3) else []),
        ]
        model = Model(self.packed(inputs), self.packed(ends), **self.name())
        self.freeze(model)
        return model

    def input(self, shape: tuple[int, ...]) -> Any:
        extra = {"batch_size": 2} if self.chance(0.1) else {}
        return Input(shape, dtype=self.pick(["float32"] * 5 + ["float64"]), **extra, **self.name())

    def freeze(self, model: Any) -> None:
        """Here and there, at any depth, something that training leaves alone or not."""
        for layer in (model, *model.layers):
            if self.chance(0.15) and type(layer) is not layers.InputLayer:
                layer.trainable = not layer.trainable
            known = hasattr(layer, "graph") and layer is not model
            if known and self.chance(0.5):
                self.freeze(layer)

    def packed(self, tensors: list[Any]) -> Any:
        """As a list, a dict, or a single one."""
        if len(tensors) == 1 and self.chance(0.7):
            return tensors[0]
        return tensors if self.chance(0.5) else {f"key {i}": x for i, x in enumerate(tensors)}

    def grow_flat(self) -> None:
        if not self.flat or self.chance(0.6):
            self.flat.append(self.flat_layer())
        layer = self.pick(self.flat)
        if isinstance(layer, (layers.Add, layers.Average, layers.Maximum)):
            self.pool.append(layer([self.pick(self.pool), self.pick(self.pool)]))
        elif isinstance(layer, layers.Dropout) and self.chance(0.5):
            self.pool.append(layer(self.pick(self.pool), training=self.chance(0.5)))
        else:
            self.pool.append(layer(self.pick(self.pool)))

    def flat_layer(self) -> Any:
        own = self.name()
        return self.pick(
            [
                lambda: self.dense(**own),
                lambda: self.dense(**own),
                lambda: layers.Dropout(0.25, seed=3, **own),
                lambda: layers.BatchNormalization(momentum=0.5, scale=False, **own),
                lambda: layers.Activation(self.pick(["relu", "elu", ops.tanh]), **own),
                lambda: layers.Add(**own),
                lambda: layers.Average(**own),
                lambda: layers.Maximum(**own),
                lambda: Sequential([self.dense(), layers.Dropout(0.5)], **own),
                lambda: layers.Dense(4, dtype="float64", **own),
                lambda: layers.PReLU(shared_axes=[1], **own),
                lambda: layers.ActivityRegularization(l2=0.1, **own),
                lambda: layers.Lambda(double, **own),
            ]
        )()

    def dense(self, **own: Any) -> Any:
        given = {
            "activation": self.pick(ACTIVATIONS),
            "use_bias": self.chance(0.7),
            "kernel_initializer": self.pick(
                ["ones", initializers.RandomNormal(0.5, seed=1), initializers.Constant(1 / 3)]
            ),
            "kernel_regularizer": self.pick([None, "l2", regularizers.L1L2(l1=1e-3, l2=0.1)]),
            "bias_constraint": self.pick([None, "non_neg", constraints.MaxNorm(2, axis=[0])]),
            "trainable": self.chance(0.8),
        }
        few = {key: value for key, value in given.items() if self.chance(0.4)}
        return layers.Dense(4, **few, **own)

    def grow_steps(self) -> None:
        if not self.steps:
            self.steps.append(layers.RepeatVector(3, **self.name())(self.pick(self.pool)))
        if not self.along or self.chance(0.6):
            self.along.append(self.steps_layer())
        made = self.pick(self.along)(self.pick(self.steps))
        (self.steps if len(made.shape) == 3 else self.pool).append(made)

    def steps_layer(self) -> Any:
        own = self.name()
        inner = self.pick(self.flat) if self.flat and self.chance(0.4) else self.dense()
        if isinstance(inner, (layers.Add, layers.Average, layers.Maximum)):
            inner = self.dense()
        return self.pick(
            [
                lambda: layers.TimeDistributed(inner, **own),
                lambda: layers.Bidirectional(layers.LSTM(2, return_sequences=True), **own),
                lambda: layers.Bidirectional(
                    layers.GRU(4), backward_layer=layers.GRU(4, go_backwards=True),
                    merge_mode="sum", **own,
                ),
                lambda: layers.LSTM(4, return_sequences=self.chance(0.5), **own),
                lambda: layers.Masking(0.5, **own),
                lambda: layers.Conv1D(4, 3, padding="same", **own),
                lambda: layers.GlobalAveragePooling1D(**own),
            ]
        )()  # fmt: skip

    def grow_op(self) -> None:
        a, b = self.pick(self.pool), self.pick(self.pool)
        made = self.pick(
            [
                lambda: a + b,
                lambda: 2.5 - a,
                lambda: -a * b,
                lambda: a @ np.eye(4, dtype="float32"),
                lambda: ops.concatenate([a, b], axis=-1)[:, 2:6],
                lambda: ops.where(a > b, a, 0.0),
                lambda: sum(ops.split(a, 2, axis=-1))[:, :1] * b,
                lambda: ops.mean(a, axis=1, keepdims=True) + b,
                lambda: abs(a) ** 0.5,
            ]
        )()
        self.pool.append(made)

    def nest_several(self) -> None:
        """A model of several inputs and outputs, in a list or dict, called by these."""
        a, b = Input((4,), name="a"), Input((4,), name="b")
        both, named = [a, b], {"first": a, "second": b}
        made = self.dense()(a) * b
        ends: Any = [made, b] if self.chance(0.5) else {"made": made, "b": b}
        model = Model(both if self.chance(0.5) else named, ends, **self.name())
        given = [self.pick(self.pool), self.pick(self.pool)]
        by_dict = isinstance(model.input_structure, dict)
        results = model(dict(zip(named, given)) if by_dict else given)
        self.pool += results.values() if isinstance(results, dict) else results

    def nest(self) -> None:
        """A model inside, called once or twice; now and then it is cut out of this very one."""
        if self.chance(0.2) and len(self.pool) > 2:
            self.flat.append(Model(self.pool[0], self.pool[0] * 2.0 + 1.0, **self.name()))
        else:
            x = Input((4,), **self.name())
            layer = self.pick(self.flat) if self.flat and self.chance(0.5) else self.dense()
            several = isinstance(layer, (layers.Add, layers.Average, layers.Maximum))
            y = layer([x, x]) if several else layer(x)
            self.flat.append(Model(x, self.dense()(y) + x, **self.name()))
        for _ in range(self.random.integers(1, 3)):
            self.pool.append(self.flat[-1](self.pick(self.pool)))

"""How Keras 3 saves each of its ops: the class, the settings and the inputs, in keras_nodes.json.

To record again, from the root of the project, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.saving.keras_nodes

The calls are those of tests/ops/keras_calls.txt and those below, made on inputs of a model. Calls
that Keras cannot make on such inputs, or cannot save, are left out.
"""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.ops.keras_calls import calls, inputs_of, run

RECORD = Path(__file__).with_suffix(".json")

MORE = """
ops.absolute(X)
ops.adaptive_average_pool(IMAGE, (2, 2))
ops.adaptive_max_pool(IMAGE, (2, 1))
ops.all(B, axis=1, keepdims=True)
ops.arctan2(X, Y)
ops.batch_normalization(X, ROW, SHORT, 1, epsilon=0.01)
ops.binary_crossentropy(U, X, from_logits=True)
ops.conv(IMAGE, ops.reshape(IMAGE, (2, 2, 2, 4)))
ops.conv_transpose(IMAGE, ops.reshape(IMAGE, (2, 2, 4, 2)), strides=2, padding="same")
ops.ctc_decode(CUBE, J[:, 0], merge_repeated=False)
ops.ctc_loss(I, CUBE, J[:, 0], I[:, 0], mask_index=3)
ops.digitize(X, np.array([-0.5, 0.0, 0.5]))
ops.depthwise_conv(IMAGE, ops.reshape(IMAGE, (2, 2, 2, 4)), strides=2)
ops.dot_product_attention(IMAGE, IMAGE, IMAGE, is_causal=True)
ops.dot_product_attention(IMAGE, IMAGE, IMAGE, scale=0.5)
ops.einsum("ij,kj->ik", X, Y)
ops.greater_equal(X, Y)
ops.image.elastic_transform(COLORS, alpha=3.0, sigma=1.0, seed=1)
ops.layer_normalization(X)
ops.layer_normalization(X, ROW, SHORT, axis=1, epsilon=0.1)
ops.leaky_relu(X, negative_slope=0.3)
ops.log_softmax(X, axis=0)
ops.logical_or(B, B)
ops.max_pool(IMAGE, 2, strides=1, padding="same")
ops.mean(X, axis=(0, 1), keepdims=True)
ops.minimum(X, Y)
ops.moments(CUBE, axes=[0, 2], keepdims=True)
ops.multi_hot(I, num_classes=6, axis=0)
ops.normalize(X)
ops.normalize(X, axis=0, order=1, epsilon=0.1)
ops.not_equal(X, Y)
ops.one_hot(I, 6, axis=1)
ops.relu(X)
ops.relu6(X)
ops.rms_normalization(X)
ops.rms_normalization(X, ROW, axis=1, epsilon=0.1)
ops.searchsorted(ROW, VECTOR, side="right")
ops.separable_conv(IMAGE, ops.reshape(IMAGE, (2, 2, 2, 4)), ops.reshape(CUBE, (1, 1, 8, 3)))
ops.sigmoid(X)
ops.silu(X)
ops.sin(X)
ops.softplus(X)
ops.softsign(X)
ops.sparse_categorical_crossentropy(I[:, 0], X)
ops.argpartition(ROW, 1)
ops.scatter_update(X, [[0, 1], [1, 2]], ROW[..., 1:])
ops.lstsq(TALL, VECTOR[..., 1:])
ops.stack([X, Y], axis=1)
ops.top_k(X, 2, sorted=False)
X + Y
X - 2.0
2 * X
X / Y
X // Y
X % Y
X**2
-X
abs(X)
X @ SQUARES[0]
X[:, 1:]
X[..., 0]
X > Y
B & B
~B
""".strip().splitlines()


def every_call() -> list[str]:
    return [*dict.fromkeys([*calls(at_once=False), *MORE])]


def text_of(call: str, library: Any, is_tensor: Any, flatten: Any) -> str | None:
    """The model of a call as JSON; None if the call has no tensor, or does not make one."""
    library.utils.clear_session(free_memory=False)
    arrays = inputs_of(call)
    inputs = {
        name: library.Input(batch_shape=array.shape, dtype=str(array.dtype), name=name.lower())
        for name, array in arrays.items()
    }
    outputs = [x for x in flatten(run(call, library.ops, inputs)) if is_tensor(x)]
    return library.Model([*inputs.values()], outputs).to_json() if inputs and outputs else None


def nodes_of(text: str) -> list[list[Any]]:
    """The ops in the JSON of a model: class, settings, and what each is called with. Where a tensor
    comes from is told by the number of its maker, and of the output."""
    entries = json.loads(text)["config"]["layers"]
    number = {entry["name"]: i for i, entry in enumerate(entries)}

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("class_name") == "__keras_tensor__":
            name, _, index = value["config"]["keras_history"]
            return f"{number[name]}:{index}"
        if value.get("class_name") in ("__numpy__", "__tuple__"):
            return plain(value["config"]["value"])
        return {key: plain(item) for key, item in value.items()}

    nodes = []
    for entry in entries:
        if entry["class_name"] != "InputLayer":
            settings = {key: plain(x) for key, x in entry["config"].items() if key != "name"}
            (called,) = entry["inbound_nodes"]
            kind = f"{entry['module'].split('.')[-1]}.{entry['class_name']}"
            nodes.append([kind, settings, plain(called["args"]), plain(called["kwargs"])])
    return nodes


def defaults_of(kind: str) -> list[Any]:
    """The settings of a class of Keras, and what it is called with; None where it must be given."""
    room, name = kind.split(".")
    cls = getattr(import_module(f"keras.src.ops.{room}"), name)

    def defaults(function: Any) -> dict[str, Any]:
        parameters = [*inspect.signature(function).parameters.values()][1:]
        named = [p for p in parameters if p.name != "name" and p.kind == p.POSITIONAL_OR_KEYWORD]
        return {p.name: None if p.default is p.empty else p.default for p in named}

    return [defaults(cls.__init__), defaults(cls.call)]


def main() -> None:
    import keras

    lines, classes = [], {}
    for call in every_call():
        try:
            text = text_of(call, keras, keras.backend.is_keras_tensor, keras.tree.flatten)
        except Exception as error:
            print(f"left out: {call}  ({' '.join(str(error).split())[:80]})")
            continue
        if text is not None:
            nodes = nodes_of(text)
            classes.update({kind: defaults_of(kind) for kind, *_ in nodes})
            lines.append(f"{json.dumps(call)}: {json.dumps(nodes)}")
    known = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(classes.items()))
    RECORD.write_text(
        f'{{"classes": {{\n{known}\n}},\n"calls": {{\n' + ",\n".join(lines) + "\n}}\n"
    )


if __name__ == "__main__":
    main()

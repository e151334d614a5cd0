"""The code of the Keras guide "Getting started with the functional API", cell by cell.

Run as a program it makes `import keras` mean funclab, runs every cell in one namespace, as a
notebook does, and prints what became of each as JSON: {cell: "" or "ErrorType: message"}.
"""

import json
from typing import Any

CELLS: dict[int, str] = {}

CELLS[1] = """
from keras.layers import Input, Dense
from keras.models import Model

inputs = Input(shape=(784,))

x = Dense(64, activation='relu')(inputs)
x = Dense(64, activation='relu')(x)
predictions = Dense(10, activation='softmax')(x)

model = Model(inputs=inputs, outputs=predictions)
model.compile(optimizer='rmsprop',
              loss='categorical_crossentropy',
              metrics=['accuracy'])
"""

CELLS[2] = """
x = Input(shape=(784,))
y = model(x)
"""

CELLS[3] = """
from keras.layers import TimeDistributed

input_sequences = Input(shape=(20, 784))

processed_sequences = TimeDistributed(model)(input_sequences)
"""

CELLS[12] = """
from keras.layers import concatenate

x_in = Input(shape=(100,), name='x_in')
y_in = Input(shape=(100,), name='y_in')

x = Dense(64, activation='relu')(x_in)
y = Dense(64, activation='relu')(y_in)

z = concatenate([x, y])

x = Dense(1, activation='sigmoid', name='x_out')(z)
y = Dense(10, activation='softmax', name='y_out')(z)
"""

CELLS[13] = """
model = Model(inputs=[x_in, y_in], outputs=[x, y])
"""

CELLS[14] = """
from keras.utils import to_categorical

import numpy as np
data = np.random.random((1000, 100))
xs = np.random.randint(2, size=(1000, 1))
ys = np.random.randint(10, size=(1000, 1))

model.compile(optimizer='rmsprop', loss=['binary_crossentropy', 'categorical_crossentropy'],
              loss_weights=[1., 0.2])

model.fit([data, data], [xs, to_categorical(ys)],
          epochs=1, batch_size=32)
"""

CELLS[15] = """
model.compile(optimizer='rmsprop',
              loss={'x_out': 'binary_crossentropy', 'y_out': 'categorical_crossentropy'},
              loss_weights={'x_out': 1., 'y_out': 0.2})

model.fit({'x_in': data, 'y_in': data},
          {'x_out': xs, 'y_out': to_categorical(ys)},
          epochs=1, batch_size=32)
"""

CELLS[17] = """
inputs = Input(shape=(64,))

layer_we_share = Dense(64, activation='relu')

x = layer_we_share(inputs)
x = layer_we_share(x)

predictions = Dense(10, activation='softmax')(x)

model = Model(inputs=inputs, outputs=predictions)
model.compile(optimizer='rmsprop',
              loss='categorical_crossentropy',
              metrics=['accuracy'])
"""

CELLS[18] = """
a = Input(shape=(140, 256))

dense = Dense(32)
affine_a = dense(a)

assert dense.output == affine_a
"""

CELLS[19] = """
a = Input(shape=(140, 256))
b = Input(shape=(140, 256))

dense = Dense(32)
affine_a = dense(a)
affine_b = dense(b)

dense.output
"""

CELLS[20] = """
assert dense.get_output_at(0) == affine_a
assert dense.get_output_at(1) == affine_b
"""

# What the guide says about each cell, checked right after it: each expression must be true.
CLAIMS: dict[int, list[str]] = {
    1: ["predictions.shape == (None, 10)", "model.count_params() == 55050"],
    2: ["y.shape == (None, 10)", "len(model.layers[1].inbound_nodes) == 1"],
    3: ["processed_sequences.shape == (None, 20, 10)"],
    13: ["model.input_names == ['x_in', 'y_in']", "model.output_names == ['x_out', 'y_out']"],
    14: ["list(model.history.history) == ['loss', 'x_out_loss', 'y_out_loss']"],
    15: ["model.history.epoch == [0]", "model.optimizer.iterations.numpy() == 32"],
    17: [
        "len(layer_we_share.inbound_nodes) == 2",
        "model.count_params() == 64 * 64 + 64 + 64 * 10 + 10",
    ],
    18: ["dense.input_shape == (None, 140, 256)", "dense.output_shape == (None, 140, 32)"],
    20: ["dense.output_shape == (None, 140, 32)"],
}


def run_cells() -> dict[int, str]:
    """The result of each cell: "" if it ran and its claims are true, else the error."""
    namespace: dict[str, Any] = {}
    outcomes: dict[int, str] = {}
    for number, code in CELLS.items():
        outcomes[number] = ""
        try:
            exec(compile(code, f"<cell {number}>", "exec"), namespace)
            for claim in CLAIMS.get(number, []):
                assert eval(claim, namespace), f"{claim} is not true"
        except Exception as error:  # a notebook goes on after a failing cell, and so does this
            outcomes[number] = f"{_builtin(error)}: {error}"
    return outcomes


def _builtin(error: Exception) -> str:
    """The name by which Python's own `except` catches this error."""
    own = [cls for cls in type(error).__mro__ if cls.__module__ == "builtins"]
    return own[0].__name__


if __name__ == "__main__":
    import funclab

    funclab.install_as_keras()
    print("\n" + json.dumps(run_cells()))

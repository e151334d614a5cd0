"""`funclab warm`: compile the numeric loops now, so that no lesson waits."""

from __future__ import annotations

from time import perf_counter


def warm() -> int:
    """Train tiny models of every kind, so that their loops are compiled and kept on disk."""
    for compile_loops in (train_dense, train_images, train_words, share_work):
        start = perf_counter()
        compile_loops()
        print(f"{compile_loops.__doc__:<50} {perf_counter() - start:5.1f} s", flush=True)
    return 0


def train_dense() -> None:
    """dense layers, shared and merged; every optimizer"""
    import numpy as np

    from funclab import layers
    from funclab.models import Model

    shared = layers.Dense(4, activation="relu")
    left, right = layers.Input((3,)), layers.Input((3,))
    merged = layers.concatenate([shared(left), shared(right)])
    merged = layers.Dropout(0.5)(layers.add([merged, layers.Dense(8, activation="tanh")(merged)]))
    sign = layers.Dense(1, activation="sigmoid", name="sign")(merged)
    kind = layers.Dense(3, activation="softmax", name="kind")(merged)
    model = Model([left, right], [sign, kind])
    inputs = [np.ones((4, 3), np.float32)] * 2
    targets = [np.ones((4, 1), np.float32), np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]]
    for optimizer in ("sgd", "rmsprop", "adam"):
        losses = ["binary_crossentropy", "categorical_crossentropy"]
        model.compile(optimizer, losses, metrics=[["accuracy"], ["accuracy"]])
        model.fit(inputs, targets, batch_size=2, verbose=0)
    model.predict(inputs, verbose=0)


def train_images() -> None:
    """convolution, pooling, batch normalization"""
    import numpy as np

    from funclab import layers
    from funclab.models import Sequential

    model = Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2D(4, 3, strides=2),
            layers.AveragePooling2D(1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 8, 8, 1), np.float32), np.ones((4, 2), np.float32), verbose=0)
    model.predict(np.ones((4, 8, 8, 1), np.float32), verbose=0)


def train_words() -> None:
    """embedding, recurrent layers, layers over time"""
    import numpy as np

    from funclab import layers
    from funclab.models import Model

    words = layers.Input((5,), dtype="int32")
    vectors = layers.Embedding(7, 4, mask_zero=True)(words)
    states = layers.LSTM(3, return_sequences=True)(vectors)
    states = layers.SimpleRNN(3, return_sequences=True)(
        layers.GRU(3, return_sequences=True)(states)
    )
    states = layers.TimeDistributed(layers.Dense(3))(states)
    model = Model(words, layers.Dense(2, activation="softmax")(layers.LSTM(3)(states)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.ones((4, 5), np.int32), np.ones((4,), np.int32), verbose=0)
    model.predict(np.ones((4, 5), np.int32), verbose=0)


def share_work() -> None:
    """work on two threads"""
    import numpy as np

    from funclab.engine.kernels.watching import watch

    watch(np.zeros(1, np.int64), np.zeros(1, np.int64), 1, 0)

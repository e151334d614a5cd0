# ruff: noqa: E501  (an example is one line)
"""A short example for each public name of Keras that has none elsewhere: in its docstring (which the
doctests run) or in tests/ops/keras_calls.txt (which are compared with Keras).

An example is a line of Python in which `keras` is funclab and NAME the name; the names of BEFORE are
there, and a new folder is the working one.
"""

BEFORE = """
import numpy as np, warnings
from funclab import layers, models, optimizers, losses, metrics, initializers
x, y = np.arange(6.0, dtype="float32").reshape(3, 2) / 6, np.ones((3, 1), "float32")
inputs = keras.Input((2,), name="x")
model = keras.Model(inputs, layers.Dense(1)(inputs))
model.compile("sgd", "mse")
model.save("m.keras"); model.save_weights("m.weights.h5")
picture = np.zeros((8, 8, 3), "float32")
for kind in ("a", "b"):
    import os; os.makedirs("images/" + kind); os.makedirs("texts/" + kind)
    keras.utils.save_img(f"images/{kind}/1.png", picture); open(f"texts/{kind}/1.txt", "w").write("hello")
class Own(keras.layers.Layer):
    def call(self, x): return 2 * x
"""

ROOMS: dict[str, dict[str, str]] = {
    "": {
        "InputSpec": "assert NAME(shape=(None, 2)).shape == (None, 2)",
        "KerasTensor": "assert isinstance(inputs, NAME)",
        "Layer": "assert (Own()(x) == 2 * x).all()",
        "Loss": "assert isinstance(losses.MeanSquaredError(), NAME)",
        "Metric": "assert isinstance(metrics.Mean(), NAME)",
        "Model": "assert NAME(inputs, inputs * 2).predict(x, verbose=0).shape == (3, 2)",
        "Operation": "assert isinstance(layers.Dense(1), NAME)",
        "Optimizer": "assert isinstance(optimizers.SGD(), NAME)",
        "Regularizer": "assert isinstance(keras.regularizers.L2(), NAME)",
        "Sequential": "assert NAME([layers.Dense(1)])(x).shape == (3, 1)",
        "Variable": "assert float(NAME(3.0)) == 3.0",
        "version": "assert NAME()",
    },
    "activations": {
        "deserialize": "assert NAME('relu') is keras.activations.relu",
        "get": "assert NAME('relu') is keras.activations.relu",
        "serialize": "assert NAME(keras.activations.relu) == 'relu'",
        "threshold": "NAME(x, 0.2, 0.0)",
        "*": "assert np.isfinite(np.asarray(NAME(x))).all()",
    },
    "applications": {"*": "NAME()  # refused: weights"},
    "callbacks": {
        "Callback": "model.fit(x, y, verbose=0, callbacks=[NAME()])",
        "CallbackList": "NAME([keras.callbacks.History()], model=model).on_train_begin()",
        "History": "assert isinstance(model.fit(x, y, verbose=0), NAME)",
        "EarlyStopping": "model.fit(x, y, verbose=0, callbacks=[NAME('loss', patience=1)])",
        "ReduceLROnPlateau": "model.fit(x, y, verbose=0, callbacks=[NAME('loss', patience=1)])",
        "LambdaCallback": "model.fit(x, y, verbose=0, callbacks=[NAME(on_epoch_end=lambda e, logs: None)])",
        "LearningRateScheduler": "model.fit(x, y, verbose=0, callbacks=[NAME(lambda epoch: 0.1)])",
        "ModelCheckpoint": "model.fit(x, y, verbose=0, callbacks=[NAME('best.keras')])",
        "BackupAndRestore": "model.fit(x, y, verbose=0, callbacks=[NAME('backup')])",
        "CSVLogger": "model.fit(x, y, verbose=0, callbacks=[NAME('log.csv')])",
        "ProgbarLogger": "model.fit(x, y, verbose=0, callbacks=[NAME()])",
        "RemoteMonitor": "NAME(root='http://localhost:9')",
        "SwapEMAWeights": "model.compile(optimizers.SGD(use_ema=True), 'mse'); model.fit(x, y, verbose=0, callbacks=[NAME()])",
        "TensorBoard": "NAME('logs')",
        "TerminateOnNaN": "model.fit(x, y, verbose=0, callbacks=[NAME()])",
    },
    "preprocessing": {
        "image_dataset_from_directory": "NAME('images', image_size=(8, 8), verbose=False)",
        "text_dataset_from_directory": "NAME('texts', verbose=False)",
    },
    "layers": {
        "InputSpec": "assert NAME(ndim=2).ndim == 2",
        "Layer": "assert (Own()(x) == 2 * x).all()",
        "Wrapper": "assert NAME(layers.Dense(1)).layer.units == 1",
        "concatenate": "assert NAME([inputs, inputs]).shape == (None, 4)",
        "dot": "assert NAME([inputs, inputs], axes=1).shape == (None, 1)",
        "deserialize": "assert NAME(layers.serialize(layers.Dense(3))).units == 3",
        "serialize": "assert NAME(layers.Dense(3))['class_name'] == 'Dense'",
    },
    "models": {
        "Model": "NAME(inputs, inputs * 2)",
        "Sequential": "NAME([layers.Dense(1)])",
        "clone_model": "assert NAME(model).count_params() == 3",
        "load_model": "assert (NAME('m.keras').predict(x, verbose=0) == model.predict(x, verbose=0)).all()",
        "model_from_json": "assert NAME(model.to_json()).count_params() == 3",
        "save_model": "NAME(model, 'again.keras')",
    },
    "ops": {
        "ctc_decode": "NAME(np.ones((1, 4, 3), 'float32'), np.array([4]))",
        "ctc_loss": "NAME(np.array([[1, 2]]), np.zeros((1, 4, 3), 'float32'), np.array([2]), np.array([4]))",
        "dtype": "assert NAME(x) == 'float32'",
        "empty": "assert NAME((2, 3)).shape == (2, 3)",
        "is_tensor": "assert NAME(keras.ops.ones(2))",
        "crop_images": "assert NAME(picture, top_cropping=1, left_cropping=1, target_height=4, target_width=4).shape == (4, 4, 3)",
        "extract_patches_3d": "NAME(np.zeros((1, 4, 4, 4, 2), 'float32'), (2, 2, 2))",
    },
    "ops.image": {"elastic_transform": "assert NAME(picture, seed=1).shape == picture.shape"},
    "random": {
        "SeedGenerator": "keras.random.normal((2,), seed=NAME(1))",
        "beta": "NAME((2,), 1.0, 2.0, seed=1)",
        "binomial": "NAME((2,), 5.0, 0.5, seed=1)",
        "categorical": "NAME(x, 2, seed=1)",
        "dropout": "NAME(x, 0.5, seed=1)",
        "gamma": "NAME((2,), 1.0, seed=1)",
        "randint": "NAME((2,), 0, 5, seed=1)",
        "shuffle": "NAME(x, seed=1)",
        "*": "assert NAME((2,), seed=1).shape == (2,)",
    },
    "saving": {
        "load_model": "NAME('m.keras')",
        "save_model": "NAME(model, 'again.keras')",
        "load_weights": "NAME(model, 'm.weights.h5')",
        "save_weights": "NAME(model, 'again.weights.h5')",
    },
    "tree": {
        "MAP_TO_NONE": "NAME",
        "assert_same_paths": "NAME([1, (2,)], [3, (4,)])",
        "assert_same_structure": "NAME([1, (2,)], [3, (4,)])",
        "is_nested": "assert NAME([1]) and not NAME(1)",
        "lists_to_tuples": "assert NAME([1, [2]]) == (1, (2,))",
        "map_shape_structure": "assert NAME(lambda s: s[0], {'a': (1, 2)}) == {'a': 1}",
        "traverse": "assert NAME(lambda t: None, [1, 2]) == [1, 2]",
    },
    "utils": {
        "array_to_img": "assert NAME(picture).size == (8, 8)",
        "get_file": "NAME('m.keras', 'file:///' + os.path.abspath('m.keras').lstrip('/'), cache_dir='cache')",
        "get_source_inputs": "assert NAME(model.output) == [inputs]",
        "image_dataset_from_directory": "NAME('images', image_size=(8, 8), verbose=False)",
        "text_dataset_from_directory": "NAME('texts', verbose=False)",
        "img_to_array": "assert NAME(keras.utils.array_to_img(picture)).shape == (8, 8, 3)",
        "load_img": "assert NAME('images/a/1.png').size == (8, 8)",
        "pack_x_y_sample_weight": "assert NAME(1, 2) == (1, 2)",
        "plot_model": "NAME(model)",
        "save_img": "NAME('picture.png', picture)",
        "set_random_seed": "NAME(1)",
    },
}
"""For rooms, by name; "*" is for all others of the room."""

ANYWHERE = {
    "deserialize": "NAME(None) if 'constraints' in ROOM or 'regularizers' in ROOM else NAME(FIRST)",
    "get": "assert NAME(FIRST) is not None",
    "serialize": "assert NAME(OBJECT)",
    "Initializer": "assert isinstance(initializers.Zeros(), NAME)",
    "Constraint": "assert isinstance(keras.constraints.NonNeg(), NAME)",
    "Regularizer": "assert isinstance(keras.regularizers.L2(), NAME)",
    "Loss": "assert isinstance(losses.MeanSquaredError(), NAME)",
    "Metric": "assert isinstance(metrics.Mean(), NAME)",
    "Optimizer": "assert isinstance(optimizers.SGD(), NAME)",
    "LearningRateSchedule": "assert isinstance(keras.optimizers.schedules.CosineDecay(0.1, 9), NAME)",
    "l1_l2": "assert NAME(0.1, 0.2) is not None",
    "clear_session": "NAME()",
    "set_epsilon": "NAME(1e-7)",
    "set_floatx": "NAME('float32')",
    "set_image_data_format": "NAME('channels_last')",
    "set_dtype_policy": "NAME('float32')",
    "set_max_epochs": "NAME(None)",
    "set_max_steps_per_epoch": "NAME(None)",
    "enable_interactive_logging": "NAME()",
    "disable_interactive_logging": "NAME(); keras.config.enable_interactive_logging()",
    "enable_unsafe_deserialization": "NAME(); keras.config._settings['safe_mode'] = None",
    "is_keras_tensor": "assert NAME(inputs)",
    "is_float_dtype": "assert NAME('float32')",
    "is_int_dtype": "assert NAME('int32')",
    "get_uid": "assert NAME('a') == 1",
    "CustomObjectScope": "NAME({'Own': Own}).__enter__().__class__",
    "custom_object_scope": "NAME({'Own': Own})",
    "deserialize_keras_object": "assert NAME(keras.saving.serialize_keras_object(layers.Dense(3))).units == 3",
    "get_custom_objects": "assert isinstance(NAME(), dict)",
    "get_registered_name": "assert NAME(Own) == 'Own'",
    "get_registered_object": "assert NAME('nobody>Own') is None",
}
"""For names of several rooms; FIRST is an object of the room by its name, OBJECT the object."""
FIRST = {
    "constraints": ("'non_neg'", "keras.constraints.NonNeg()"),
    "initializers": ("'zeros'", "keras.initializers.Zeros()"),
    "losses": ("'mse'", "keras.losses.MeanSquaredError()"),
    "metrics": ("'mse'", "keras.metrics.Mean()"),
    "optimizers": ("'sgd'", "keras.optimizers.SGD()"),
    "optimizers.schedules": (
        "keras.optimizers.schedules.serialize(keras.optimizers.schedules.CosineDecay(0.1, 9))",
        "keras.optimizers.schedules.CosineDecay(0.1, 9)",
    ),
    "regularizers": ("'l2'", "keras.regularizers.L2()"),
}


def example(room: str, name: str) -> str | None:
    """The example of a name that has none elsewhere; None if there is none."""
    rows = ROOMS.get(room, {})
    line = rows.get(name) or ANYWHERE.get(name) or rows.get("*")
    if line is None and room in ("config", "backend", "utils"):
        line = "NAME()"  # it tells a setting
    if line is None:
        return None
    first, made = FIRST.get(room, ("", ""))
    path = f"keras.{room}.{name}" if room else f"keras.{name}"
    for word, text in (("NAME", path), ("FIRST", first), ("OBJECT", made), ("ROOM", repr(room))):
        line = line.replace(word, text)
    return line

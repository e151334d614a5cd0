"""Old names, tried in a session of their own: `python -m tests.keras2.spellings` prints the result
of each as JSON: "" if it did what it should."""

import json
import sys
import warnings

import numpy as np

import funclab

# A call as Keras 1 or 2 wrote it, and as it is written now.
CALLS = [
    ("Dense(output_dim=4, init='uniform')", "Dense(4, kernel_initializer='uniform')"),
    ("Dense(4, W_regularizer=l2(l=0.1), b_regularizer=l1(0.1), bias=False)",
     "Dense(4, kernel_regularizer=l2(0.1), bias_regularizer=l1(0.1), use_bias=False)"),
    ("Dense(4, W_constraint=maxnorm(m=3), b_constraint=nonneg(), input_dim=7)",
     "Dense(4, kernel_constraint=max_norm(3), bias_constraint=non_neg(), input_shape=(7,))"),
    ("Dense(4, W_regularizer=l1l2(0.1, 0.2), activity_regularizer=activity_l2(0.1))",
     "Dense(4, kernel_regularizer=l1_l2(0.1, 0.2), activity_regularizer=l2(0.1))"),
    ("Convolution2D(8, 3, 5, border_mode='same', subsample=(2, 2), dim_ordering='tf')",
     "Conv2D(8, (3, 5), padding='same', strides=(2, 2), data_format='channels_last')"),
    ("Convolution2D(8, 3, 3, init='he_normal', dim_ordering='th')",
     "Conv2D(8, (3, 3), kernel_initializer='he_normal', data_format='channels_first')"),
    ("Convolution2D(nb_filter=8, nb_row=1, nb_col=7)", "Conv2D(8, (1, 7))"),
    ("Conv2D(8, 3, 3)", "Conv2D(8, (3, 3))"),
    ("Conv2D(8, 3, 2)", "Conv2D(8, kernel_size=3, strides=2)"),
    ("AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))", "Conv2D(8, (3, 3), dilation_rate=(2, 2))"),
    ("Convolution1D(nb_filter=8, filter_length=3, subsample_length=2)", "Conv1D(8, 3, strides=2)"),
    ("MaxPooling2D((2, 2), border_mode='same')", "MaxPooling2D((2, 2), padding='same')"),
    ("MaxPooling1D(pool_length=2, stride=1)", "MaxPooling1D(pool_size=2, strides=1)"),
    ("UpSampling2D((2, 2), dim_ordering='default')", "UpSampling2D((2, 2))"),
    ("Dropout(p=0.2)", "Dropout(rate=0.2)"),
    ("SpatialDropout1D(p=0.2)", "SpatialDropout1D(0.2)"),
    ("GaussianNoise(sigma=0.2)", "GaussianNoise(stddev=0.2)"),
    ("GaussianDropout(p=0.2)", "GaussianDropout(0.2)"),
    ("Embedding(9, 4, init='normal', W_regularizer='l2', dropout=0.2, mask_zero=True)",
     "Embedding(9, 4, 'normal', embeddings_regularizer='l2', mask_zero=True)"),
    ("LSTM(output_dim=4, inner_activation='hard_sigmoid', dropout_W=0.1, dropout_U=0.2)",
     "LSTM(4, recurrent_activation='hard_sigmoid', dropout=0.1, recurrent_dropout=0.2)"),
    ("GRU(4, inner_init='glorot_uniform', U_regularizer='l2', consume_less='gpu')",
     "GRU(4, recurrent_initializer='glorot_uniform', recurrent_regularizer='l2')"),
    ("LSTM(4, forget_bias_init='one', implementation=1)", "LSTM(4, implementation=1)"),
    ("CuDNNLSTM(4, return_sequences=True)", "LSTM(4, return_sequences=True)"),
    ("BatchNormalization(mode=0, beta_init='zero', gamma_init='one')",
     "BatchNormalization(beta_initializer='zeros', gamma_initializer='ones')"),
    ("PReLU(init='zero')", "PReLU(alpha_initializer='zeros')"),
    ("ThresholdedReLU(theta=0.5)", "ReLU(threshold=0.5)"),
    ("Merge(mode='concat', concat_axis=1)", "Concatenate(axis=1)"),
    ("Merge(mode='cos', dot_axes=1)", "Dot(axes=1, normalize=True)"),
    ("Merge(mode='ave', name='mean')", "Average(name='mean')"),
    ("ModelCheckpoint('m.h5', 'val_acc', period=1)", "ModelCheckpoint('m.h5', 'val_acc')"),
    ("ReduceLROnPlateau(epsilon=0.1)", "ReduceLROnPlateau(min_delta=0.1)"),
    ("RMSprop(lr=0.5, rho=0.8, epsilon=None, decay=0.0)", "RMSprop(learning_rate=0.5, rho=0.8)"),
    ("Adam(lr=0.5, epsilon=1e-8)", "Adam(0.5, epsilon=1e-8)"),
]  # fmt: skip

# Lines that must run, and what must be true then.
LINES = [
    ("from keras import backend as K", "K.int_shape(K.variable([1, 2])) == (2,)"),
    ("import keras.backend as K", "K.floatx() == 'float32'"),
    ("import keras\nK = keras.backend", "K.image_dim_ordering() == 'tf'"),
    ("import keras.layers as L", "L is keras.layers and L.Dense is funclab.layers.Dense"),
    ("import keras.layers.core as C", "C.Dense is funclab.layers.Dense"),
    ("from keras.layers.convolutional import *\nfrom keras.layers import Conv2D", "Conv2D"),
    ("from keras.layers.recurrent import LSTM, GRU, SimpleRNN", "LSTM is layers.LSTM"),
    ("from keras.layers.embeddings import Embedding", "Embedding is layers.Embedding"),
    ("from keras.layers.normalization import BatchNormalization", "BatchNormalization"),
    ("from keras.layers.advanced_activations import LeakyReLU, PReLU", "PReLU"),
    ("from keras.layers.merge import concatenate, Add, add", "Add is layers.Add"),
    ("from importlib.util import find_spec", "find_spec('keras.layers.merge._Merge') is None"),
    ("from keras.layers.pooling import GlobalAveragePooling2D", "GlobalAveragePooling2D"),
    ("from keras.layers.noise import GaussianNoise", "GaussianNoise"),
    ("from keras.layers.wrappers import TimeDistributed, Bidirectional", "Bidirectional"),
    ("from keras.engine.topology import Layer, InputSpec, Container", "Layer is layers.Layer"),
    ("from keras.engine.training import Model", "Model is funclab.Model"),
    ("from keras.engine import Layer, Input, Model, Merge", "Input is funclab.Input"),
    ("from keras.legacy.layers import Merge", "callable(Merge)"),
    ("from keras.models import Sequential, Model, model_from_json", "Model is funclab.Model"),
    ("from keras.utils import np_utils", "np_utils.to_categorical([1]).shape == (1, 2)"),
    ("from keras.utils.np_utils import to_categorical, normalize",
     "to_categorical([0], nb_classes=3).tolist() == [[1, 0, 0]]"),
    ("from keras.utils import normalize", "normalize([[3.0, 4.0]]).tolist() == [[0.6, 0.8]]"),
    ("from keras.utils.vis_utils import plot_model", "callable(plot_model)"),
    ("from keras.objectives import mse, cosine_proximity", "mse is funclab.losses.mse"),
    ("", "keras.losses.get('cosine_proximity') is funclab.losses.cosine_similarity"),
    ("from keras.preprocessing import sequence", "sequence.pad_sequences([[1]]).shape == (1, 1)"),
    ("from keras.preprocessing.sequence import TimeseriesGenerator, skipgrams, pad_sequences",
     "len(skipgrams([1, 2], 5, negative_samples=0.0)[0]) == 2"),
    ("from keras.preprocessing.text import Tokenizer, one_hot", "len(one_hot('a b', 9)) == 2"),
    ("from keras import losses, metrics, optimizers, regularizers", "losses is keras.losses"),
    ("import keras.applications", "True"),
    ("from keras.applications.vgg16 import VGG16, preprocess_input",
     "VGG16(weights=None, include_top=False, input_shape=(32, 32, 3)).output_shape[1:]"
     " == (1, 1, 512)"),
    ("from keras.applications.resnet50 import ResNet50", "callable(ResNet50)"),
    ("from keras.applications import MobileNetV2",
     "MobileNetV2(weights=None, classes=3).output_shape == (None, 3)"),
    ("from keras.utils import layer_utils, io_utils, training_utils", "layer_utils is not None"),
    ("from keras.applications.imagenet_utils import preprocess_input",
     "preprocess_input(np.zeros((1, 1, 1, 3)))[0, 0, 0].tolist()"
     " == [np.float32(-m) for m in (103.939, 116.779, 123.68)]"),
    ("from keras.applications import imagenet_utils",
     "imagenet_utils.preprocess_input(np.full((3, 1, 1), 255), 'channels_first', 'tf').sum() == 3"),
    ("", "np.allclose(imagenet_utils.preprocess_input(np.full((1, 3), 255.0), mode='torch'),"
     " (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225])"),
    ("from keras import ops", "ops is keras.ops"),
    ("from keras.optimizers.schedules import ExponentialDecay",
     "ExponentialDecay is funclab.optimizers.schedules.ExponentialDecay"),
    ("import keras.saving, keras.preprocessing.image", "keras.saving.load_model"),
    ("keras.layers.core.Dense, keras.utils.np_utils, keras.engine.topology.Layer", "True"),
    ("", "keras.preprocessing.text.Tokenizer.__name__ == 'Tokenizer'"),
    ("", "keras.wrappers.scikit_learn.__name__ == 'keras.wrappers.scikit_learn'"),
    ("funclab.install_as_keras()", "keras is __import__('keras')"),
]  # fmt: skip

# The methods of Keras 2, one after another in the same session.
METHODS = [
    ("""
rng = np.random.RandomState(0)
x, y = rng.normal(size=(40, 6)).astype("float32"), rng.randint(2, size=(40, 1))
model = Sequential()
model.add(Dense(8, input_dim=6, W_regularizer="l2"))
model.add(BatchNormalization())
model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])""",
     "model.uses_learning_phase and not model.layers[0].uses_learning_phase"),
    ("classes = model.predict_classes(x, verbose=0)",
     "(classes == (model.predict_proba(x) > 0.5)).all() and classes.shape == (40, 1)"),
    ("", "len(model.updates) == 1 and len(model.layers[1].updates) == 1"),
    ("batch = model.layers[1]", "len(batch.get_updates_for(batch.input)) == 1"),
    ("", "batch.get_updates_for(None) == [] and batch.get_updates_for(model.input) == []"),
    ("dense = model.layers[0]",
     "len(dense.get_losses_for(None)) == 1 and dense.get_losses_for(dense.input) == []"),
    ("", "model.input_layers_node_indices == [0] and model.output_layers_tensor_indices == [0]"),
    ("""
class Watch(Callback):
    def on_train_begin(self, logs={}):
        self.seen = []
    def on_epoch_end(self, epoch, logs={}):
        self.seen.append((self.validation_data, logs.get("acc"), logs["val_acc"]))
watch = Watch()
history = model.fit(x, y, nb_epoch=2, validation_split=0.25, callbacks=[watch], verbose=0)""",
     "[part.shape for part in watch.seen[0][0]] == [(10, 6), (10, 1), (10,)]"),
    ("", "(watch.seen[0][0][0] == x[30:]).all()"),
    ("", "model.validation_data is watch.validation_data"),
    ("", "[acc for _, acc, _ in watch.seen] == history.history['acc']"),
    ("", "[acc for _, _, acc in watch.seen] == history.history['val_acc']"),
    ("model.fit(x, y, validation_data=(x[:8], y[:8]), callbacks=[watch], verbose=0)",
     "watch.validation_data[0].shape == (8, 6)"),
    ("""
def batches():
    while True:
        yield x[:10], y[:10]
def steps(run):
    counted = []
    class Count(Callback):
        def on_batch_end(self, batch, logs={}):
            counted.append(batch)
    run([Count()])
    return len(counted)""",
     "steps(lambda calls: model.fit_generator(batches(), 3, 2, 0, calls)) == 6"),
    ("", "steps(lambda calls: model.fit_generator(batches(), samples_per_epoch=35, nb_epoch=1, "
     "nb_val_samples=20, validation_data=batches(), callbacks=calls, verbose=0)) == 4"),
    ("", "steps(lambda calls: model.fit_generator(batches(), samples_per_epoch=20, nb_epoch=1, "
     "nb_val_samples=8, validation_data=(x, y), callbacks=calls, verbose=0, max_q_size=2)) == 2"),
    ("from keras.utils import Sequence\n"
     "class Tens(Sequence):\n"
     "    def __len__(self): return 4\n"
     "    def __getitem__(self, i): return x[10 * i:10 * i + 10], y[10 * i:10 * i + 10]",
     "steps(lambda calls: model.fit_generator(Tens(), callbacks=calls, verbose=0)) == 4"),
    ("score = model.evaluate_generator(batches(), val_samples=20)",
     "np.allclose(score, model.evaluate(x[:10], y[:10], verbose=0))"),
    ("out = model.predict_generator(batches(), 2)", "out.shape == (20, 1)"),
    ("""
state = Sequential([LSTM(3, stateful=True, batch_input_shape=(2, 4, 5))])
steps_in = rng.normal(size=(2, 4, 5))
first, second = state.predict(steps_in), state.predict(steps_in)
state.reset_states()""", "np.allclose(first, state.predict(steps_in)) and (first != second).all()"),
    ("""
class Affine(layers.Layer):
    def build(self, input_shape):
        self.W = K.variable(np.ones((input_shape[1], 2)))
        self.calls = K.variable(0.0)
        self.trainable_weights = [self.W]
        super(Affine, self).build(input_shape)
    def call(self, x, mask=None):
        self.add_update([(self.calls, self.calls + 1.0)], x)
        return K.dot(x, self.W)
affine = Affine()
a = Input((6,))
both = Model(input=a, output=affine(a))
both.compile("sgd", "mse")
both.fit(x, x[:, :2], nb_epoch=2, batch_size=20, verbose=0)""",
     "affine.trainable_weights == [affine.W] and not np.allclose(K.eval(affine.W), 1)"),
    ("both.predict(x)", "K.get_value(affine.calls) == 4.0 and len(affine.updates) == 1"),
    ("""
one, two = Dense(2, name="one")(a), Dense(3, name="two")(a)
pair = Model(a, [one, two])
pair.compile("sgd", loss=["mse", None])
part = pair.fit(x, x[:, :2], verbose=0).history""", "list(part) == ['loss']"),
    ("""
def weights(seed):
    np.random.seed(seed)
    made = Sequential([Dense(3, input_shape=(4,)), Dropout(0.5)])
    made.compile("sgd", "mse")
    made.fit(np.ones((9, 4)), np.ones((9, 3)), verbose=0)
    return made.get_weights()[0]""",
     "(weights(1) == weights(1)).all() and (weights(1) != weights(2)).any()"),
    ("""
from keras.utils.vis_utils import model_to_dot
dot = model_to_dot(model, show_shapes=True)""",
     "b'<svg' in dot.create(prog='dot', format='svg') and 'digraph' in dot.to_string()"),
    ("model.compile('sgd', 'mse', ['mae'])\nmodel.fit(x, y, verbose=0)",
     "model.metrics_names == ['loss', 'mae'] and model.optimizer.decay == 0"),
    ("model.compile(SGD(lr=0.1, decay=0.5), 'mse', ['mae'], [2.0])",
     "model.optimizer.decay == 0.5 and model.compiled_state.loss_weights == [2.0]"),
    ("""
def start(shape, dtype=None):
    return K.random_uniform(shape, 1.0, 2.0, dtype=dtype)
drawn = Sequential([Dense(3, input_dim=4, init=start, bias_initializer=lambda s, **_: K.ones(s))])
first, bias = drawn.get_weights()""",
     "first.min() >= 1 and len({*first.flat}) == 12 and bias.tolist() == [1, 1, 1]"),
    ("", "K.count_params(drawn.layers[0].kernel) == 12"),
    ("""
z = Dense(2)(a)
looking = Model(a, [Dense(1)(z), z])
def far(y_true, y_pred):
    return K.mean(K.square(y_true - y_pred)) + K.sum(K.abs(z)) * 0.1
def size(y_true, y_pred):
    return K.mean(K.abs(z), axis=-1)
looking.compile("sgd", [far, None], metrics=[[size], []])
loss, metric = looking.evaluate(x, x[:, :1], batch_size=40, verbose=0)
out, inner = looking.predict(x)""",
     "np.isclose(loss, ((out - x[:, :1]) ** 2).mean() + 0.1 * abs(inner).sum())"
     " and np.isclose(metric, abs(inner).mean())"),
    ("""
from keras.layers.merge import _Merge
class Between(_Merge):
    def _merge_function(self, inputs):
        share = K.random_uniform((K.shape(inputs[0])[0], 1))
        return share * inputs[0] + (1 - share) * inputs[1]
between = Between()([a, Dense(6, kernel_initializer="zeros")(a)])
shares = K.function([a], [between])([x])[0] / x""",
     "np.allclose(shares, shares[:, :1], rtol=1e-4) and 0 <= shares.min() and shares.max() <= 1"),
    ("from keras.src import ops as inner\nfrom keras.src.layers import Dense as Inner\n"
     "from keras.src.layers.core import Dropout as Drop\nimport keras.src.utils",
     "inner.add is keras.ops.add and Inner is Dense and Drop is keras.layers.Dropout"),
    ("up = keras.layers.Conv2DTranspose(8, 2, 2)(Input((4, 4, 1)))",
     "up.shape == (None, 8, 8, 8)"),  # Keras 1 called it Deconvolution2D: this is a stride
    ("joined = merge([a, a], mode=lambda xs: xs[0] * xs[1], output_shape=(6,))",
     "np.allclose(K.function([a], [joined])([x])[0], x ** 2)"),
]  # fmt: skip

# Lines that must raise, and what the error says.
REFUSALS = [
    ("from keras.applications.nasnet import NASNetMobile", "has the networks"),
    ("from keras.applications.vgg16 import VGG16\nVGG16()", "would be a download"),
    ("from keras.applications.imagenet_utils import decode_predictions", "would be a download"),
    ("from keras.layers import LocallyConnected1D", "share theirs"),
    ("K.manual_variable_initialization(True)", "leave the line out"),
    ("from keras import applications\napplications.ResNet50(weights='imagenet')",
     "would be a download"),
    ("from funclab.preprocessing.image import ImageDataGenerator", "funclab.keras2.image"),
    ("from keras.wrappers.scikit_learn import KerasClassifier", "funclab.wrappers.Classifier"),
    ("from keras.utils import multi_gpu_model", "one device"),
    ("from keras.legacy import interfaces", "leave out the line"),
    ("K.map_fn(lambda x: x, K.placeholder((None, 2)))", "needs to know its length"),
    ("from keras.layers import Dens", "Dense"),
    ("model.fit(iter([(x, y)]), validation_split=0.5, verbose=0)", "is not supported when x is"),
    ("from keras.utils import Sequence\nclass Pairs(Sequence):\n    def __len__(self): return 2\n"
     "    def __getitem__(self, i): return x[2 * i], y[2 * i]\n"
     "model.fit(Pairs(), validation_split=0.5, verbose=0)", "is not supported when x is a Pairs"),
    ("import keras.aplications", "No module named 'keras.aplications'"),
    ("from keras import layer", "layers"),
    ("K.get_session()", "there is no session"),
    ("Merge([Dense(2), Dense(3)], mode='sum')", "Model([branch.input, other.input]"),
    ("Merge(mode='zip')", "Invalid merge mode"),
    ("Dense(4, brder_mode='same')", "not understood"),
    ("m = Sequential([Dense(1, input_dim=1)])\nm.compile('sgd', 'mse')\n"
     "m.fit(np.ones((2, 1)), np.ones((2, 1)), callbacks=[print])", "is not a callback"),
]  # fmt: skip

PRELUDE = """
import numpy as np
from keras.callbacks import *
from keras.constraints import max_norm, maxnorm, non_neg, nonneg
from keras.layers import *
from keras.layers import (
    AtrousConvolution2D, Conv2D, Convolution1D, Convolution2D, CuDNNLSTM, Merge,
    ThresholdedReLU, merge)
from keras.models import Model, Sequential
from keras.optimizers import SGD, Adam, RMSprop
from keras.regularizers import activity_l2, l1, l1_l2, l1l2, l2
from keras import backend as K, layers
import keras
"""


def plain(thing):
    """The settings of a layer, callback or optimizer."""
    config = thing.get_config() if hasattr(thing, "get_config") else vars(thing)
    if "Merge" not in str(type(thing)):
        config = {key: value for key, value in config.items() if key != "name"}
    return type(thing).__name__, json.dumps(
        config, default=lambda x: type(x).__name__, sort_keys=True
    )


def outcome(work, *row):
    try:
        return work(*row)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def tried():
    funclab.install_as_keras()
    names = {"funclab": funclab, "np": np}
    exec(PRELUDE, names)

    def call(old, new):
        old, new = plain(eval(old, names)), plain(eval(new, names))
        return "" if old == new else f"{old} is not {new}"

    def line(code, claim):
        exec(code, names)
        return "" if eval(claim, names) else "not true"

    def refusal(code, says):
        try:
            exec(code, dict(names))
        except (funclab.errors.FunclabError, ModuleNotFoundError) as error:
            return "" if says in str(error) else str(error)
        return "no error"

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcomes = [outcome(call, *row) for row in CALLS]
    outcomes += [outcome(line, *row) for row in [*LINES, *METHODS]]
    outcomes += [outcome(refusal, *row) for row in REFUSALS]
    return {"outcomes": outcomes, "warnings": [str(warning.message) for warning in caught]}


if __name__ == "__main__":
    import funclab.errors

    json.dump(tried(), sys.stdout)

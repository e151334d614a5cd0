"""keras.backend as Keras 2 had it: each function on arrays, variables and tensors."""

import numpy as np
import pytest

from funclab import Input, layers
from funclab.errors import ArgumentError, FunclabError, GraphError, ShapeError
from funclab.keras2 import backend as K
from funclab.optimizers import SGD

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")
Z = RNG.normal(size=(4, 5, 3)).astype("float32")


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


# What is written with K, and the same with NumPy; x, y and z are the arrays above.
FUNCTIONS = [
    ("K.square(x) + K.abs(y) - K.exp(-x) * K.sign(y)", "x**2 + abs(y) - np.exp(-x) * np.sign(y)"),
    ("K.sqrt(x)", "np.sqrt(np.maximum(x, 0))"),
    ("K.log(K.clip(x, 0.5, 1.0))", "np.log(np.clip(x, 0.5, 1))"),
    ("K.pow(x, 3)", "x**3"),
    ("K.sin(x) * K.cos(x) + K.tanh(x)", "np.sin(x) * np.cos(x) + np.tanh(x)"),
    ("K.maximum(x, y) - K.minimum(x, 0.5)", "np.maximum(x, y) - np.minimum(x, 0.5)"),
    ("K.cast(K.equal(K.round(x), K.round(y)), 'float32')", "np.round(x) == np.round(y)"),
    ("K.mean(K.greater(x, y), axis=-1)", "(x > y).mean(-1)"),
    ("K.switch(K.less_equal(x, y), x, lambda: y)", "np.where(x <= y, x, y)"),
    ("K.switch(K.greater(K.sum(x, axis=-1), 0), x, y)", "np.where(x.sum(-1)[:, None] > 0, x, y)"),
    ("K.sum(x, axis=1, keepdims=True)", "x.sum(1, keepdims=True)"),
    ("K.mean(x, axis=[0, 1])", "x.mean()"),
    ("K.std(x, axis=0) + K.var(x, axis=0)", "x.std(0) + x.var(0)"),
    ("K.max(x, axis=1) - K.min(x, axis=1)", "x.max(1) - x.min(1)"),
    ("K.prod(x, axis=-1) + K.logsumexp(x, axis=-1)", "x.prod(-1) + np.log(np.exp(x).sum(-1))"),
    ("K.any(K.greater(x, 0), axis=1)", "(x > 0).any(1)"),
    ("K.all(K.not_equal(x, 0), axis=1)", "(x != 0).all(1)"),
    ("K.argmax(x)", "x.argmax(-1)"),
    ("K.argmin(x, axis=1)", "x.argmin(1)"),
    ("K.cumsum(z, axis=1)", "z.cumsum(1)"),
    ("K.dot(z, K.eye(3)) - z", "0 * z"),
    ("K.batch_dot(z, z, axes=(2, 2))", "np.einsum('bik,bjk->bij', z, z)"),
    ("K.batch_dot(x, y, axes=1)", "(x * y).sum(1, keepdims=True)"),
    ("K.batch_dot(z, x)", "np.einsum('bik,bk->bi', z, x)"),
    ("K.batch_dot(z, K.permute_dimensions(z, (0, 2, 1)))", "z @ z.transpose(0, 2, 1)"),
    ("K.permute_dimensions(z, (0, 2, 1))", "z.transpose(0, 2, 1)"),
    ("K.reshape(z, (-1, 15))", "z.reshape(4, 15)"),
    ("K.batch_flatten(z)", "z.reshape(4, 15)"),
    ("K.flatten(z)", "z.reshape(-1)"),
    ("K.repeat(x, 2)", "np.stack([x, x], 1)"),
    ("K.repeat_elements(z, 2, axis=1)", "z.repeat(2, axis=1)"),
    ("K.tile(x, (1, 2))", "np.tile(x, (1, 2))"),
    ("K.concatenate([x, y])", "np.concatenate([x, y], -1)"),
    ("K.stack([x, y], axis=1)", "np.stack([x, y], 1)"),
    ("K.expand_dims(x)", "x[..., None]"),
    ("K.squeeze(K.expand_dims(x, 1), 1)", "x"),
    ("K.reverse(z, 1)", "z[:, ::-1]"),
    ("K.slice(z, (0, 1, 0), (-1, 2, 3))", "z[:, 1:3]"),
    ("K.temporal_padding(z, (1, 0))", "np.pad(z, ((0, 0), (1, 0), (0, 0)))"),
    ("K.bias_add(x, K.ones((3,)))", "x + 1"),
    ("K.bias_add(z, K.ones((5,)), 'channels_first')", "z + 1"),
    ("K.zeros_like(x) + K.ones_like(y)", "np.ones_like(x)"),
    ("K.relu(x, alpha=0.1, max_value=0.5)", "np.where(x > 0, np.minimum(x, 0.5), 0.1 * x)"),
    ("K.sigmoid(x)", "1 / (1 + np.exp(-x))"),
    ("K.softplus(x) + K.softsign(x)", "np.log1p(np.exp(x)) + x / (1 + abs(x))"),
    ("K.elu(x, alpha=0.5)", "np.where(x > 0, x, 0.5 * np.expm1(x))"),
    ("K.softmax(x)", "softmax(x)"),
    ("K.l2_normalize(x, axis=1)", "x / np.linalg.norm(x, axis=1, keepdims=True)"),
    ("K.gather(x, K.argmax(y, axis=-1))", "x[y.argmax(-1)]"),
    ("K.one_hot(K.argmax(x), 3)", "np.eye(3)[x.argmax(-1)]"),
    (
        "K.categorical_crossentropy(K.softmax(y), K.softmax(x))",
        "-(softmax(y) * np.log(softmax(x))).sum(-1)",
    ),
    ("K.sparse_categorical_crossentropy(K.argmax(y), x, from_logits=True)",
     "-np.log(softmax(x))[np.arange(4), y.argmax(-1)]"),
    ("K.binary_crossentropy(K.ones_like(x), K.sigmoid(x))", "np.log1p(np.exp(-x))"),
    ("K.in_test_phase(x, y)", "x"),
    ("K.rnn(lambda x, s: (x + s[0], [x + s[0]]), z, [z[:, 0] * 0])[1]", "z.cumsum(1)"),
    ("K.rnn(lambda x, s: (x + s[0], [x + s[0]]), z, [x], go_backwards=True)[0]", "x + z.sum(1)"),
    ("K.pool2d(K.expand_dims(z), (5, 1), pool_mode='avg')[:, 0, :, 0]", "z.mean(1)"),
    ("K.conv1d(z, K.ones((5, 3, 1)))", "z.sum((1, 2)).reshape(4, 1, 1)"),
    ("K.stop_gradient(x) * K.constant(2, shape=(3,))", "2 * x"),
    ("K.cumprod(z, axis=1)", "z.cumprod(1)"),
    ("K.cumprod(z)", "z.cumprod(0)"),
    ("K.cumsum(z)", "z.cumsum(0)"),
    ("K.batch_normalization(x, K.zeros((3,)), K.ones((3,)), K.ones((3,)), K.constant([2.0] * 3))",
     "2 * x / np.sqrt(1.001) + 1"),
    ("K.spatial_2d_padding(K.expand_dims(z), ((1, 0), (0, 2)))",
     "np.pad(z[..., None], ((0, 0), (1, 0), (0, 2), (0, 0)))"),
    ("K.spatial_2d_padding(K.expand_dims(z), data_format='channels_first')",
     "np.pad(z[..., None], ((0, 0), (0, 0), (1, 1), (1, 1)))"),
    ("K.resize_images(K.expand_dims(z), 2, 3, 'channels_last')",
     "z.repeat(2, 1).repeat(3, 2)[..., None]"),
    ("K.conv2d_transpose(K.expand_dims(z), K.ones((1, 2, 1, 1)), (4, 5, 6, 1), strides=(1, 2))",
     "z.repeat(2, 2)[..., None]"),
    ("K.resize_volumes(K.reshape(z, (4, 1, 5, 3, 1)), 2, 1, 3, 'channels_last')[..., 0]",
     "z[:, None].repeat(2, 1).repeat(3, 3)"),
    ("K.spatial_3d_padding(K.reshape(z, (4, 1, 5, 3, 1)), ((0, 1), (2, 0), (0, 0)))[..., 0]",
     "np.pad(z[:, None], ((0, 0), (0, 1), (2, 0), (0, 0)))"),
    ("K.conv3d_transpose(K.reshape(z, (4, 1, 5, 3, 1)), K.ones((2, 1, 1, 1, 1)))[..., 0]",
     "z[:, None].repeat(2, 1)"),
    ("K.normalize_batch_in_training(x, K.ones((3,)), K.constant([2.0] * 3), [0], 0.1)[0]",
     "(x - x.mean(0)) / np.sqrt(x.var(0) + 0.1) + 2"),
    ("K.dot(K.constant(2, shape=(4, 4)), x)", "np.full((4, 4), 2.0) @ x"),
]  # fmt: skip


def with_numpy(text):
    return eval(text, {"np": np, "softmax": softmax, "x": X, "y": Y, "z": Z})


@pytest.mark.parametrize(("text", "numpy"), FUNCTIONS)
def test_a_function_of_arrays_is_what_numpy_computes(text, numpy):
    made = K.eval(eval(text, {"K": K, "x": X, "y": Y, "z": Z}))

    np.testing.assert_allclose(made, with_numpy(numpy), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("text", "numpy"), FUNCTIONS)
def test_a_function_of_tensors_is_what_numpy_computes(text, numpy):
    inputs = [K.placeholder((None, *array.shape[1:])) for array in (X, Y, Z)]

    made = eval(text, {"K": K, **dict(zip("xyz", inputs))})

    results = K.function(inputs, [made])([X, Y, Z])
    np.testing.assert_allclose(results[0], with_numpy(numpy), rtol=2e-5, atol=2e-6)


def test_variables_hold_what_was_set():
    a, b = K.variable([1, 2]), K.zeros((2,))

    K.set_value(a, [3, 4])
    K.batch_set_value([(b, np.array([5, 6]))])

    np.testing.assert_array_equal(K.batch_get_value([a, b]), [[3, 4], [5, 6]])
    np.testing.assert_array_equal(K.eval(a + b), [8, 10])
    assert K.variable(1, name="rate").name == "rate"
    assert K.variable(1).name.startswith("Variable")
    assert (K.dtype(a), K.ndim(a), K.int_shape(a)) == ("float32", 1, (2,))


def test_the_rate_of_an_optimizer_is_read_and_set():
    model = small_model()
    model.compile("sgd", "mse")

    K.set_value(model.optimizer.lr, 0.25)

    assert K.get_value(model.optimizer.lr) == 0.25


def test_a_rate_that_decays_falls_from_what_it_was_set_to():
    optimizer = SGD(lr=0.1, decay=0.5)
    optimizer.steps_taken[0] = 2

    K.set_value(optimizer.lr, 1.0)

    assert K.get_value(optimizer.lr) == 1.0 / (1 + 0.5 * 2)


def test_functions_of_slices_are_stacked_or_folded():
    doubled = K.map_fn(lambda row: 2 * row, X)
    summed, grown = K.foldl(np.add, X), K.foldl(np.add, X, np.ones(3))

    np.testing.assert_array_equal(doubled, 2 * X)
    np.testing.assert_allclose(summed, X.sum(0), rtol=1e-5)
    np.testing.assert_allclose(grown, X.sum(0) + 1, rtol=1e-5)
    assert K.foldr(lambda total, row: row - total, np.array([1.0, 10.0, 100.0])) == 91.0


def test_ctc_counts_every_way_to_say_the_labels():
    chances = np.full((1, 2, 3), [0.5, 0.2, 0.3])  # the last class is the blank

    loss = K.ctc_batch_cost(np.array([[0]]), chances, np.array([[2]]), np.array([[1]]))

    np.testing.assert_allclose(loss, [[-np.log(0.5 * 0.5 + 2 * 0.5 * 0.3)]], rtol=1e-5)


@pytest.mark.parametrize("greedy", [True, False])
def test_ctc_reads_the_labels_between_blanks(greedy):
    chances = np.eye(3)[[[0, 0, 2, 0, 1, 2]]] * 0.9 + 0.03  # the last class is the blank

    (labels,), scores = K.ctc_decode(chances, np.array([6]), greedy)

    assert K.eval(labels)[0].tolist()[:4] == [0, 0, 1, -1]
    assert scores.shape == (1, 1)


def test_batches_have_a_mean_and_a_variance():
    _, mean, var = K.normalize_batch_in_training(X, K.ones((3,)), K.zeros((3,)), [0])

    np.testing.assert_allclose([K.eval(mean), K.eval(var)], [X.mean(0), X.var(0)], rtol=1e-5)


def test_a_phase_for_all_models_is_said_to_change_nothing():
    with pytest.warns(UserWarning, match="changes nothing"):
        K.set_learning_phase(1)


def test_truncated_numbers_stay_within_two_deviations():
    drawn = K.eval(K.truncated_normal((1000,), mean=1.0, stddev=0.5))

    assert np.abs(drawn - 1.0).max() <= 1.0


def test_a_function_gives_the_outputs_of_layers():
    model = small_model()

    hidden, out = K.function([model.input], [model.layers[1].output, model.output])([X])

    np.testing.assert_allclose(out, model.predict(X), rtol=1e-6)
    assert hidden.shape == (4, 8)


def test_a_function_with_the_learning_phase_drops_in_training_only():
    model = small_model()
    predict = K.function([model.input, K.learning_phase()], [model.output])

    used, trained = predict([X, 0])[0], predict([X, 1])[0]

    np.testing.assert_allclose(used, model.predict(X), rtol=1e-6)
    assert np.abs(used - trained).max() > 1e-3


def test_updates_of_a_function_are_done_at_each_call():
    x, count, mean = K.placeholder((None, 3)), K.variable(0.0), K.variable(1.0)
    changes = [K.update_add(count, 1.0), K.moving_average_update(mean, K.sum(x), 0.9)]
    f = K.function([x], [K.sum(x)], updates=[*changes, (count, count + 1.0)])

    for _ in range(2):
        total = f([np.ones((2, 3))])[0]

    assert (K.eval(count), total) == (4.0, 6.0)
    np.testing.assert_allclose(K.eval(mean), 0.9 * (0.9 + 0.6) + 0.6, rtol=1e-6)


def test_gradients_are_those_of_inputs_layers_and_weights():
    model = small_model()
    inner, kernel = model.layers[1].output, model.layers[-1].kernel
    loss = K.sum(K.square(model.output))

    slopes = K.gradients(loss, [model.input, inner, kernel])
    by_input, by_inner, by_kernel = K.function([model.input], slopes)([X])

    predict = K.function([model.input], [loss])
    nudge = np.zeros_like(X)
    nudge[1, 2] = 1e-2
    slope = (predict([X + nudge])[0] - predict([X - nudge])[0]) / 2e-2
    np.testing.assert_allclose(by_input[1, 2], slope, rtol=2e-2)
    hidden, out = K.function([model.input], [inner, model.output])([X])
    np.testing.assert_allclose(by_inner, 2 * out @ model.layers[-1].get_weights()[0].T, rtol=1e-4)
    np.testing.assert_allclose(by_kernel, 2 * hidden.T @ out, rtol=1e-4, atol=1e-5)


def test_an_input_climbs_a_gradient():
    model = small_model()
    loss = K.mean(model.output[:, 0])
    slope = K.gradients(loss, model.input)[0]
    slope /= K.sqrt(K.mean(K.square(slope))) + K.epsilon()
    iterate = K.function([model.input], [loss, slope])
    image = X[:1]

    values = []
    for _ in range(5):
        value, step = iterate([image])
        values.append(value)
        image = image + 0.1 * step

    assert values == sorted(values)
    assert values[-1] > values[0]


def test_a_gradient_by_variables_alone_needs_no_data():
    w = K.variable([1.0, 2.0])

    slope = K.gradients(K.sum(K.square(w)), w)[0]

    np.testing.assert_allclose(K.eval(slope), [2, 4])


def test_random_numbers_are_new_at_each_call():
    x = K.placeholder((None, 3))
    noise = layers.Lambda(lambda x: K.random_normal(K.shape(x), mean=1.0, stddev=0.1))(x)
    f = K.function([x], [noise])

    first, second = f([X])[0], f([X])[0]

    assert first.shape == X.shape
    assert (first != second).all()
    assert abs(first.mean() - 1) < 0.2


def test_the_phase_chooses_between_tensors():
    x = K.placeholder((None, 3))
    f = K.function([x, K.learning_phase()], [K.in_train_phase(x * 2, x)])

    results = [f([X, phase])[0] for phase in (0, 1)]

    np.testing.assert_allclose(results, [X, 2 * X])


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1)])
def test_masked_steps_of_rnn_keep_what_was(shape):
    mask = np.array([[1, 0, 1, 0, 0]] * 4, bool).reshape(shape)

    last, outputs, states = K.rnn(lambda x, s: (x + s[0], [x + s[0]]), Z, [X], mask=mask)

    np.testing.assert_allclose(last, X + Z[:, 0] + Z[:, 2], rtol=1e-5)
    np.testing.assert_allclose(outputs[:, 1], outputs[:, 0])
    np.testing.assert_allclose(states[0], last)


REFUSED = [
    (lambda: K.eval(Input((3,))), GraphError, "You must feed a value for placeholder"),
    (lambda: K.function([Input((3,))], [small_model().output]), GraphError, "disconnected"),
    (lambda: same_function()(X), ArgumentError, "square brackets"),
    (lambda: same_function()([X[0]]), ShapeError, "add the batch axis"),
    (lambda: K.rnn(None, Input((None, 3)), []), ShapeError, "how many steps"),
    (lambda: K.get_session(), FunclabError, "there is no session"),
    (lambda: K.tf, FunclabError, "needs no TensorFlow"),
    (lambda: K.squar, FunclabError, "square"),
]


@pytest.mark.parametrize(("use", "error", "words"), REFUSED)
def test_what_cannot_be_done_is_refused_with_a_hint(use, error, words):
    with pytest.raises(error) as raised:
        use()

    assert words in str(raised.value)


def small_model():
    from funclab import Model

    x = Input((3,))
    h = layers.Dense(8, activation="tanh")(x)
    return Model(x, layers.Dense(2)(layers.Dropout(0.5)(h)))


def same_function():
    x = Input((3,))
    return K.function([x], [x * 2])

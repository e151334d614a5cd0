"""Calls of TensorFlow's functions, whose results are compared with those that TensorFlow gave.

`python -m tests.keras2.tensorflow_calls`, with TensorFlow, writes `tensorflow_calls.json` anew.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

RECORD = Path(__file__).with_suffix(".json")
X = np.array([[0.5, -1.5, 2.0], [3.25, 0.0, -0.25]], "float32")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQV"
    "R4nGMQUDD4z9DAwMjEPKGhAAAVoANmxYG/CQAAAABJRU5ErkJggg=="
)
"""Four pixels with three colors."""
DATA = {
    "np": np, "x": X, "y": np.abs(X) + 0.5, "u": np.clip(X / 4, -0.9, 0.9),
    "i": np.array([[3, 1, 2], [0, 5, 4]], "int32"), "b": X > 0,
    "s": np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]], "float32"),
    "images": np.arange(2 * 4 * 5 * 3, dtype="float32").reshape(2, 4, 5, 3) ** 1.5 / 1000,
    "pixels": (np.arange(4 * 6 * 3) * 7 % 256).astype("uint8").reshape(4, 6, 3),
    "kernel": np.cos(np.arange(2 * 2 * 3 * 2, dtype="float32")).reshape(2, 2, 3, 2),
    "series": np.sin(np.arange(2 * 6 * 2, dtype="float32")).reshape(2, 6, 2),
    "filters": np.cos(np.arange(3 * 2 * 4, dtype="float32")).reshape(3, 2, 4),
    "words": np.array(["Ab  cd", "E f,g"]), "png": PNG, "path": str(Path(__file__)),
}  # fmt: skip
ONE = """
abs acos:u acosh:y+1 asin:u asinh atan atanh:u ceil cos cosh erf erfc erfinv:u exp expm1 floor
is_finite:x/x is_inf:x/0 is_nan:x/x log:y log1p:y log_sigmoid logical_not:b negative
reciprocal:y round rsqrt:y sigmoid sign sin sinh sqrt:y square tan tanh
"""
TWO = """
add atan2 divide:y divide_no_nan equal floordiv:y floormod:y greater greater_equal less
less_equal logical_and:b logical_or:b logical_xor:b maximum minimum mod:y multiply
multiply_no_nan not_equal squared_difference subtract truediv:y xlogy
"""
REDUCED = "all:b any:b euclidean_norm logsumexp max mean min prod std sum variance"
TEXTS = """
tf.math.add_n([x, y, x])
tf.math.zero_fraction(x)
tf.dtypes.cast(x, tf.int32)
tf.dtypes.as_dtype("float32").name
tf.scatter_nd([[1]], [5], [3])
tf.losses.MeanSquaredError()(x, y)
tf.metrics.Mean()(y)
tf.initializers.Ones()((2,))
tf.optimizers.SGD(0.5).learning_rate
tf.image.adjust_contrast(images, 1.5)
tf.image.adjust_hue(images, 0.2)
tf.image.adjust_saturation(images, 0.4)
tf.image.rgb_to_hsv(images)
tf.image.hsv_to_rgb(images / 2)
tf.image.pad_to_bounding_box(images, 1, 2, 6, 9)
tf.image.resize_with_crop_or_pad(images, 7, 2)
tf.image.resize_with_crop_or_pad(pixels, 3, 9)
tf.shape(tf.image.random_crop(images, (2, 3, 2, 3)))
tf.shape(tf.image.random_saturation(images, 0.5, 1.5))
tf.shape(tf.image.random_contrast(images, 0.5, 1.5))
tf.shape(tf.image.random_hue(images, 0.2))
tf.Variable(x)[0, 1].assign(9.0)
tf.Variable(x)[:, 2].assign([0.0, 1.0])
tf.Variable(x).scatter_nd_update([[0, 0], [1, 2]], [7.0, 8.0])
isinstance(tf.Variable(1.0), tf.Variable)
tf.math.pow(y, x)
tf.math.equal(i, 1)
tf.math.maximum(x, -x)
tf.math.argmax(x)
tf.argmax(x, axis=1)
tf.argmin(x, 1, output_type=tf.int32)
tf.math.bincount(i.ravel() % 3)
tf.math.bincount(i % 3, minlength=5, axis=-1)
tf.math.bincount([1, 1, 7], maxlength=4, weights=[0.5, 1.0, 2.0])
tf.math.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 1])
tf.math.confusion_matrix([0, 1], [1, 1], num_classes=4, weights=[2, 3])
tf.math.count_nonzero(x, axis=0)
tf.math.cumprod(y, axis=1)
tf.math.cumprod(y, 1, exclusive=True)
tf.cumsum(x)
tf.cumsum(x, axis=1, exclusive=True, reverse=True)
tf.cumsum(x, 1, reverse=True)
tf.scalar_mul(3.0, x)
tf.math.segment_sum(x, [0, 0])
tf.math.unsorted_segment_max(y, [1, 0], 2)
tf.math.unsorted_segment_sum(x, [2, 0], 3)
tf.math.in_top_k([1, 0], x, 2)
tf.math.l2_normalize(x, axis=1)
tf.math.softplus(x)
tf.math.top_k(x, k=2).indices
tf.argsort(x, direction="DESCENDING")
tf.argsort(x, axis=0)
tf.boolean_mask(x, [True, False])
tf.boolean_mask(x, x > 0)
tf.boolean_mask(x, [True, False, True], axis=1)
tf.broadcast_to(x[0], [4, 3])
tf.cast(x, tf.int32)
tf.cast(i, "float32")
tf.clip_by_global_norm([x, y], 2.0)[0][1]
tf.clip_by_global_norm([x, y], 2.0)[1]
tf.clip_by_norm(x, 1.5)
tf.clip_by_norm(x, 1.5, axes=[1])
tf.clip_by_value(x, -1.0, 1.0)
tf.concat([x, y], axis=-1)
tf.concat([x, y], 0)
tf.cond(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(2.0))
tf.constant([1, 2])
tf.constant(7.0, shape=[2, 2])
tf.constant([1, 2, 3, 4], dtype=tf.float32, shape=(2, 2))
tf.convert_to_tensor([[1.0], [2.0]])
tf.ensure_shape(x, [None, 3])
tf.expand_dims(x, axis=0)
tf.fill([2, 3], 9)
tf.fill([2], 1.5)
tf.foldl(lambda a, c: a * 2 + c, tf.constant([1.0, 2.0, 3.0]))
tf.gather(x, [1, 0, 1])
tf.gather(x, [2, 0], axis=1)
tf.gather(x, [[2, 0], [1, 1]], batch_dims=1)
tf.gather(x, [[2, 0], [1, 1]], batch_dims=1, axis=1)
tf.gather_nd(x, [[0, 1], [1, 2]])
tf.gather_nd(x, [[1], [0]])
tf.gather_nd(x, [[2], [0]], batch_dims=1)
tf.identity(x)
tf.is_tensor(tf.constant(1))
tf.linspace(0.0, 1.0, 5)
tf.map_fn(lambda r: r * 2, tf.constant(x))
tf.meshgrid([1, 2], [3, 4, 5])[1]
tf.meshgrid([1, 2], [3, 4, 5], indexing="ij")[0]
tf.one_hot([0, 2], 3)
tf.one_hot([0, 2], 3, on_value=5, off_value=-1)
tf.one_hot([0, 2], depth=3, axis=0, dtype=tf.int32)
tf.ones([2, 2])
tf.ones((3,), dtype=tf.int32)
tf.ones_like(i)
tf.pad(x, [[1, 0], [0, 2]])
tf.pad(x, tf.constant([[0, 0], [1, 1]]), mode="REFLECT")
tf.pad(x, [[0, 1], [0, 0]], constant_values=7)
tf.range(5)
tf.range(2, 8, 3)
tf.range(0.0, 1.0, 0.25)
tf.range(3, dtype=tf.float32)
tf.rank(images)
tf.realdiv(x, y)
tf.divide(i, 3)
tf.divide(3, 2)
tf.math.truediv(i, [2, 7, 4])
tf.math.truediv(tf.constant([7, 3], tf.int16), tf.constant([2, 9], tf.int16))
tf.repeat(x, 2, axis=1)
tf.repeat([1, 2], [3, 1])
tf.reshape(x, [3, -1])
tf.reshape(x, (-1,))
tf.reverse(x, axis=[1])
tf.reverse(x, [0, 1])
tf.roll(x, shift=1, axis=1)
tf.scan(lambda a, c: a + c, tf.constant([1.0, 2.0, 3.0]))
tf.scan(lambda a, c: a * c, tf.constant([1.0, 2.0, 3.0]), initializer=10.0)
tf.scatter_nd([[1], [3]], [5.0, 6.0], [5])
tf.searchsorted([1.0, 2.0, 3.0], [2.0, 2.5])
tf.searchsorted([1.0, 2.0, 3.0], [2.0], side="right")
tf.sequence_mask([1, 3])
tf.sequence_mask([1, 3], maxlen=4, dtype=tf.float32)
tf.shape(images)
tf.shape(x)[1]
tf.size(x)
tf.slice(x, [0, 1], [-1, 2])
tf.sort(x, axis=1)
tf.sort(x, direction="DESCENDING")
tf.split(x, 3, axis=1)[2]
tf.split(x, [1, -1], axis=1)[1]
tf.split(x, [1, 2], 1)[0]
tf.squeeze(x[None])
tf.squeeze(x[None, :, None], axis=[0])
tf.stack([x, y], axis=1)
tf.stop_gradient(x)
tf.strided_slice(x, [0, 0], [2, 3], [1, 2])
tf.switch_case(tf.constant(1), [lambda: tf.constant(1.0), lambda: tf.constant(4.0)])
tf.switch_case(tf.constant(9), {0: lambda: tf.constant(1.0)}, default=lambda: tf.constant(6.0))
tf.tensor_scatter_nd_add(tf.constant([1.0, 2.0]), [[1]], [5.0])
tf.tensor_scatter_nd_update(tf.constant([1.0, 2.0]), [[0]], [5.0])
tf.tile(x, [2, 1])
tf.transpose(images, perm=[0, 2, 1, 3])
tf.transpose(x)
tf.unique([7, 1, 7, 3]).y
tf.unique([7, 1, 7, 3]).idx
tf.unstack(x)[1]
tf.unstack(x, axis=1)[2]
tf.vectorized_map(lambda r: r + 1, tf.constant(x))
tf.where(x > 0, x, y)
tf.where(b)
tf.while_loop(lambda n: n < 10, lambda n: (n * 2,), (tf.constant(1),))[0]
tf.zeros([2, 3])
tf.zeros(4, tf.int32)
tf.zeros_like(i, dtype=tf.float32)
tf.nn.avg_pool(images, 2, 2, "SAME")
tf.nn.avg_pool2d(images, ksize=[1, 2, 2, 1], strides=[1, 2, 1, 1], padding="VALID")
tf.nn.batch_normalization(x, 0.5, 2.0, 1.0, 3.0, 0.001)
tf.nn.bias_add(x, [1.0, 2.0, 3.0])
tf.nn.compute_average_loss([1.0, 2.0], global_batch_size=4)
tf.nn.compute_average_loss([1.0, 2.0], sample_weight=[0.5, 1.0])
tf.nn.conv1d(series, filters, 2, "SAME")
tf.nn.conv1d(series, filters, stride=1, padding="VALID", dilations=2)
tf.nn.conv2d(images, kernel, strides=[1, 1, 1, 1], padding="SAME")
tf.nn.conv2d(images, kernel, 2, "VALID")
tf.nn.conv2d_transpose(images[..., :2], kernel, [2, 8, 10, 3], strides=2)
tf.nn.depthwise_conv2d(images, kernel, [1, 1, 1, 1], "VALID")
tf.nn.elu(x)
tf.nn.embedding_lookup(x, [1, 0, 1])
tf.nn.gelu(x)
tf.nn.gelu(x, approximate=True)
tf.nn.in_top_k([1, 0], x, 1)
tf.nn.l2_loss(x)
tf.nn.l2_normalize(x, 0)
tf.nn.leaky_relu(x)
tf.nn.leaky_relu(x, alpha=0.01)
tf.nn.log_softmax(x)
tf.nn.max_pool(images, 2, 1, "VALID")
tf.nn.max_pool2d(images, (2, 2), (2, 2), padding="SAME")
tf.nn.moments(x, axes=[0])[1]
tf.nn.relu(x)
tf.nn.relu6(x * 3)
tf.nn.scale_regularization_loss(x)
tf.nn.selu(x)
tf.nn.sigmoid_cross_entropy_with_logits(labels=b.astype("float32"), logits=x)
tf.nn.silu(x)
tf.nn.softmax(x, axis=0)
tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]], logits=x)
tf.nn.softplus(x)
tf.nn.softsign(x)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)
tf.nn.swish(x)
tf.nn.tanh(x)
tf.nn.top_k(x, 2).values
tf.linalg.band_part(s, 0, -1)
tf.linalg.band_part(s, 1, 0)
tf.linalg.cholesky(s)
tf.linalg.cross(x, y)
tf.linalg.det(s)
tf.linalg.diag([1.0, 2.0])
tf.linalg.diag(x)
tf.linalg.diag([1.0, 2.0], k=1)
tf.linalg.diag_part(s)
tf.linalg.eigh(s)[0]
tf.einsum("ij,kj->ik", x, y)
tf.eye(2, 3)
tf.eye(2, batch_shape=[2], dtype=tf.int32)
tf.linalg.inv(s)
tf.linalg.logdet(s)
tf.linalg.lstsq(s, s[:, :1])
tf.linalg.lstsq(y.T, y.T[:, :1], l2_regularizer=0.5)
tf.matmul(x, y, transpose_b=True)
tf.matmul(x, y, transpose_a=True)
tf.linalg.matrix_rank(s)
tf.linalg.matrix_transpose(images)
tf.linalg.matvec(x, [1.0, 2.0, 3.0])
tf.linalg.matvec(s, [1.0, 2.0, 3.0], transpose_a=True)
tf.norm(x)
tf.norm(x, axis=1)
tf.norm(x, ord=1, axis=1, keepdims=True)
tf.norm(images, ord="euclidean", axis=[1, 2])
tf.linalg.normalize(x, axis=1)[0]
tf.linalg.normalize(x)[1]
tf.linalg.pinv(y)
tf.abs(tf.linalg.qr(s)[1])
tf.linalg.slogdet(s)[1]
tf.linalg.solve(s, s[:, :2])
tf.linalg.svd(s)[0]
tf.linalg.svd(s, compute_uv=False)
tf.abs(tf.linalg.svd(s)[2])
tf.tensordot(x, y, axes=[[1], [1]])
tf.tensordot(x, s, 1)
tf.linalg.trace(s)
tf.linalg.triangular_solve(s, s[:, :1])
tf.random.normal((2, 3)).shape
tf.random.uniform([2], 3.0, 3.0)
tf.random.uniform(shape=(2, 2), maxval=1, dtype=tf.int32)
tf.random.truncated_normal([4], mean=2.0, stddev=0.0)
tf.random.categorical([[0.0, 100.0]], 3)
tf.random.gamma([3], 2.0).shape
tf.random.log_uniform_candidate_sampler([[0], [3]], 1, 8, False, 5)[1]
tf.random.uniform_candidate_sampler([[0], [3]], 1, 8, False, 5)[1]
tf.sort(tf.random.shuffle([3, 1, 2]))
tf.random.stateless_normal([2], seed=(1, 2), stddev=0.0)
tf.random.stateless_uniform([2], seed=[1, 2], minval=5, maxval=6, dtype=tf.int32)
tf.random.Generator.from_seed(1).normal([2, 2]).shape
tf.random.Generator.from_seed(1).uniform([2], 4.0, 4.0)
tf.image.adjust_brightness(images, 0.25)
tf.image.adjust_contrast(images, 2.0)
tf.image.central_crop(images, 0.5)
tf.image.convert_image_dtype(pixels, tf.float32)
tf.image.convert_image_dtype(images / 2, tf.uint8)
tf.image.crop_to_bounding_box(images, 1, 2, 2, 3)
tf.image.extract_patches(images, [1, 2, 3, 1], [1, 1, 2, 1], [1, 1, 1, 1], "SAME")
tf.image.extract_patches(images, [1, 2, 2, 1], [1, 2, 2, 1], rates=[1] * 4, padding="VALID")
tf.image.flip_left_right(images)
tf.image.flip_up_down(images[0])
tf.image.grayscale_to_rgb(tf.constant(images[..., :1]))
tf.image.per_image_standardization(pixels)
tf.image.random_brightness(images, 0.0)
tf.image.random_flip_left_right(images * 0)
tf.image.random_flip_up_down(images * 0 + 1)
tf.image.psnr(images, images * 0.9, max_val=1.0)
tf.image.resize(images, [2, 5], method="area")
tf.image.resize(images, [8, 3])
tf.image.total_variation(tf.constant(images))
tf.nn.depth_to_space(np.arange(16, dtype="float32").reshape(1, 2, 2, 4), 2)
tf.nn.space_to_depth(images[:, :, :4], block_size=2)
tf.image.resize(pixels, (2, 2), method="nearest")
tf.image.resize(images[0], [2, 10], method=tf.image.ResizeMethod.BICUBIC)
tf.image.resize(images, [8, 8], preserve_aspect_ratio=True)
tf.image.rgb_to_grayscale(images)
tf.image.rot90(images)
tf.image.transpose(images)
tf.image.decode_image(png)
tf.image.decode_jpeg(png)
tf.image.decode_png(png, channels=3)
tf.io.decode_image(png)
tf.io.decode_jpeg(png, channels=3)
tf.io.decode_png(png)
tf.strings.substr(tf.io.read_file(path), 3, 5)
tf.nn.dropout(x, rate=0.0)
tf.nn.dropout(y, 0.5, noise_shape=[1, 3]).shape
tf.expand_dims(words, -1)
tf.expand_dims("a", 0)
tf.reshape(words, (2, 1))
tf.concat([words, ["z"]], 0)
tf.stack([words, words])
tf.gather(words, [1, 0, 1])
tf.where(tf.equal(words, "E f,g"), words, "other")
tf.stack(tf.unstack(words))
tf.transpose([["a", "b"]])
tf.fill([2, 1], "a")
tf.slice(words, [1], [1])
tf.boolean_mask(words, [True, False])
tf.strings.as_string([1, 20])
tf.strings.join([["a", "b"], ["c", "d"]], separator="-")
tf.strings.length(["abc", "", "é"])
tf.strings.length("é", unit="UTF8_CHAR")
tf.strings.lower(words)
tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator=" ")
tf.strings.reduce_join(["a", "b"])
tf.strings.regex_full_match(words, ".*g")
tf.strings.regex_replace(words, "[a-c ]", "_")
tf.strings.regex_replace("aaa", "a", "b", replace_global=False)
tf.strings.split("a b  c")
tf.strings.split("a,b,,c", sep=",")
tf.strings.unicode_split("héy", "UTF-8")
tf.strings.unicode_split("a b", input_encoding="UTF-8")
tf.function(lambda a: a * 2).python_function(3)
tf.strings.strip(["  a ", "b"])
tf.strings.substr("hello", 1, 3)
tf.strings.to_number(["1.5", "2"])
tf.strings.upper(words)
tf.nest.flatten({"b": 1, "a": [2, 3]})
tf.nest.map_structure(lambda p, q: p + q, [1, 2], [3, 4])
tf.debugging.assert_equal(x, x)
tf.debugging.assert_greater(y, 0.0)
tf.debugging.assert_less(-y, 0.0)
tf.debugging.assert_near(x, x + 1e-8)
tf.debugging.assert_non_negative(y)
tf.debugging.assert_positive(y)
tf.debugging.assert_all_finite(x, "finite")
tf.debugging.check_numerics(x, "finite")
tf.config.list_physical_devices("GPU")
tf.config.experimental.list_physical_devices("GPU")
tf.config.list_logical_devices("GPU")
tf.config.get_visible_devices("GPU")
tf.config.run_functions_eagerly(False)
tf.config.set_soft_device_placement(True)
tf.config.experimental_run_functions_eagerly(False)
tf.test.is_gpu_available()
tf.test.gpu_device_name()
tf.test.is_built_with_cuda() in (True, False)
tf.compat.v1.set_random_seed(3)
tf.autograph.experimental.do_not_convert(len)([1, 2])
tf.experimental.numpy.experimental_enable_numpy_behavior()
tf.executing_eagerly()
tf.float32.max
tf.int32.min
tf.as_dtype("float16").is_floating
tf.float32.as_numpy_dtype(2)
tf.Variable([1.0, 2.0])
tf.Variable(lambda: tf.ones((2,)), trainable=False).trainable
tf.TensorSpec([None, 3], tf.float32).shape[1]
tf.function(lambda v: v + 1)(tf.constant(1))
tf.numpy_function(lambda v: v * 2, [tf.constant(x)], tf.float32)
tf.py_function(func=lambda v: v * 2, inp=[x], Tout=tf.float32)
isinstance(tf.constant(1.0), tf.Tensor)
isinstance([1.0], tf.Tensor)
x[:, tf.newaxis].shape
""".strip().splitlines()


def calls() -> list[str]:
    """Every call: those above, and those of the functions that take one tensor, or two."""

    def split(names: str, usual: str) -> list[tuple[str, str]]:
        return [
            (name, given or usual) for name, _, given in (n.partition(":") for n in names.split())
        ]

    one = [f"tf.math.{name}({given})" for name, given in split(ONE, "x")]
    first = {"b": "b, ~b", "y": "x, y"}
    two = [f"tf.math.{name}({first[given]})" for name, given in split(TWO, "y")]
    both = [
        f"tf.math.reduce_{name}({given}, axis={axis})"
        for name, given in split(REDUCED, "x")
        for axis in ("1, keepdims=True", "None")
    ]
    return [*one, *two, *both, *TEXTS]


def plain(item: Any) -> str:
    """TensorFlow's texts are bytes."""
    return item.decode() if isinstance(item, bytes) else str(item)


def result(text: str, tf: Any) -> Any:
    """What a call gives: the kind of its numbers and the numbers, or texts."""
    found = eval(text, {"tf": tf, **DATA})
    if callable(getattr(found, "numpy", None)):
        found = found.numpy()
    found = tuple(found) if "Shape" in type(found).__name__ else found
    if found is None:
        return None
    array = np.asarray(found)
    if array.dtype.kind in "OSU":
        array = np.array(
            [item.decode() if isinstance(item, bytes) else str(item) for item in array.ravel()]
        ).reshape(array.shape)
        return ["text", array.tolist()]
    kind = "number" if array.dtype.kind in "iuf" else "truth"
    return [str(array.dtype) if array.ndim else kind, array.tolist()]


if __name__ == "__main__":
    import tensorflow

    rows = {}
    for text in calls():
        try:
            rows[text] = result(text, tensorflow)
        except Exception as error:
            print(text, type(error).__name__, str(error)[:200])
    lines = (f"{json.dumps(text)}: {json.dumps(row)}" for text, row in rows.items())
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(rows), "of", len(calls()))

"""A quiz of eager results and variables, in the style of a course's first notebook on tensors."""

import numpy as np
import tensorflow as tf

rank_0 = tf.constant(4)
rank_2 = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16)
assert rank_0.numpy() == 4 and rank_2.dtype == tf.float16 and rank_2.shape == (3, 2)
a, b = tf.constant([[1, 2], [3, 4]]), tf.ones([2, 2], dtype=tf.int32)
assert tf.matmul(a, b).numpy().tolist() == (a @ b).numpy().tolist() == [[3, 3], [7, 7]]
c = tf.constant([[4.0, 5.0], [10.0, 1.0]])
assert tf.reduce_max(c).numpy() == 10 and tf.math.argmax(c, axis=1).numpy().tolist() == [1, 0]
np.testing.assert_allclose(tf.nn.softmax(c).numpy().sum(axis=1), 1, rtol=1e-6)
rank_4 = tf.zeros([3, 2, 4, 5])
assert rank_4.ndim == 4 and tf.rank(rank_4).numpy() == 4 and tf.size(rank_4).numpy() == 120
x = tf.range(24)
assert tf.reshape(x, [2, 3, -1])[:, 1:, ::2].shape == (2, 2, 2)
var_x = tf.Variable(tf.constant([[1], [2], [3]]))
assert tf.reshape(var_x, [1, 3]).numpy().tolist() == [[1, 2, 3]]
the_f64 = tf.constant([2.2, 3.3, 4.4], dtype=tf.float64)
assert tf.cast(tf.cast(the_f64, tf.float16), tf.uint8).numpy().tolist() == [2, 3, 4]
y = tf.broadcast_to(tf.constant([1, 2, 3]), [3, 3])
assert y.numpy().sum() == 18
words = tf.constant(["Gray wolf", "Quick brown fox", "Lazy dog"])
assert [len(w) for w in tf.strings.split(words).to_list()] == [2, 3, 2]
assert tf.strings.length(words).numpy().tolist() == [9, 15, 8]
assert tf.strings.to_number(tf.strings.split("1 10 100", " ")).numpy().tolist() == [1, 10, 100]
v = tf.Variable(2.0, name="v", trainable=True)
v.assign(3.0)
v.assign_add(1.5)
v.assign_sub(0.5)
assert v.numpy() == 4 and v.name.startswith("v") and v.trainable
m = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
m[0, 1].assign(9.0)
assert m.numpy().tolist() == [[1, 9], [3, 4]]
m.scatter_nd_update(indices=[[0, 0], [1, 1]], updates=[100.0, 200.0])
assert m.numpy().tolist() == [[100, 9], [3, 200]]
with tf.GradientTape(persistent=True) as tape:
    z = v**3 + 2 * v
    w = tf.exp(z / 100)
assert np.isclose(tape.gradient(z, v).numpy(), 50) and tape.gradient(w, v).shape == ()
del tape


@tf.function
def power(x, n):
    result = tf.ones_like(x)
    for _ in range(n):
        result *= x
    return result


assert power(tf.constant(2.0), 5).numpy() == 32


class Dense(tf.Module):
    def __init__(self, in_features, out_features, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(tf.random.normal([in_features, out_features]), name="w")
        self.b = tf.Variable(tf.zeros([out_features]), name="b")

    def __call__(self, x):
        return tf.nn.relu(tf.matmul(x, self.w) + self.b)


layer = Dense(3, 2)
assert layer(tf.ones([1, 3])).shape == (1, 2) and len(layer.trainable_variables) == 2
assert tf.clip_by_value(c, 2, 6).numpy().tolist() == [[4, 5], [6, 2]]
assert tf.reduce_all(tf.equal(a, a)) and not tf.reduce_any(a > 4)

"""Cases about optimizers, clipping, weight decay and constraints, all on one small model."""

from tests.parity.case import case, compiled, normal, variants

FIVE = {"x": normal(5), "y": normal(2)}


def small(keras, optimizer, **options):
    layers = keras.layers
    inputs = keras.Input((5,))
    x = layers.Dense(4, activation="tanh", **options)(inputs)
    return compiled(keras, inputs, layers.Dense(2)(x), optimizer, "mse")


@variants(
    sgd=(("SGD", {"learning_rate": 0.1}), FIVE),
    sgd_momentum=(("SGD", {"learning_rate": 0.05, "momentum": 0.9}), FIVE),
    sgd_nesterov=(("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}), FIVE),
    sgd_weight_decay=(("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}), FIVE),
    rmsprop=(("RMSprop", {}), FIVE),
    rmsprop_settings=(("RMSprop", {"learning_rate": 0.01, "rho": 0.8, "epsilon": 1e-4}), FIVE),
    rmsprop_momentum=(("RMSprop", {"momentum": 0.9}), FIVE),
    rmsprop_centered=(("RMSprop", {"centered": True}), FIVE),
    rmsprop_centered_momentum=(("RMSprop", {"centered": True, "momentum": 0.5}), FIVE),
    adam=(("Adam", {}), FIVE),
    adam_settings=(
        ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-4}),
        FIVE,
    ),
    adam_amsgrad=(("Adam", {"learning_rate": 0.01, "beta_2": 0.5, "amsgrad": True}), FIVE),
    adam_weight_decay=(("Adam", {"learning_rate": 0.01, "weight_decay": 0.1}), FIVE),
    clipnorm=(("SGD", {"learning_rate": 0.1, "clipnorm": 0.3}), FIVE),
    global_clipnorm=(("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.5}), FIVE),
    clipvalue=(("SGD", {"learning_rate": 0.1, "clipvalue": 0.1}), FIVE),
    clipnorm_in_adam=(("Adam", {"learning_rate": 0.01, "clipnorm": 0.1}), FIVE),
)
def optimizer(keras, settings):
    name, options = settings
    return small(keras, getattr(keras.optimizers, name)(**options))


@variants(
    constraint_max_norm=(("MaxNorm", (0.7,)), FIVE),
    constraint_non_negative=(("NonNeg", ()), FIVE),
    constraint_unit_norm=(("UnitNorm", ()), FIVE),
)
def constrained(keras, settings):
    name, arguments = settings
    constraint = getattr(keras.constraints, name)(*arguments)
    return small(keras, keras.optimizers.SGD(0.1), kernel_constraint=constraint)


@case(**FIVE)
def learning_rate_changed_between_models(keras):
    optimizer = keras.optimizers.RMSprop(0.001)
    optimizer.learning_rate = 0.02
    return small(keras, optimizer)

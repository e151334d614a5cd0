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
    ftrl=(("Ftrl", {"learning_rate": 0.1}), FIVE),
    ftrl_sparse=(
        ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.2, "beta": 0.1}),
        FIVE,
    ),
    ftrl_settings=(
        (
            "Ftrl",
            {
                "learning_rate": 0.05,
                "learning_rate_power": -0.3,
                "initial_accumulator_value": 1.0,
                "l2_regularization_strength": 0.1,
                "l2_shrinkage_regularization_strength": 0.05,
            },
        ),
        FIVE,
    ),
    lion=(("Lion", {"learning_rate": 0.01}), FIVE),
    lion_settings=(("Lion", {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.9}), FIVE),
    lion_weight_decay=(("Lion", {"learning_rate": 0.01, "weight_decay": 0.5}), FIVE),
    lamb=(("Lamb", {"learning_rate": 0.01}), FIVE),
    lamb_settings=(
        ("Lamb", {"learning_rate": 0.02, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
        FIVE,
    ),
    lamb_weight_decay=(("Lamb", {"learning_rate": 0.01, "weight_decay": 0.1}), FIVE),
    adafactor=(("Adafactor", {"learning_rate": 0.1}), FIVE),
    adafactor_settings=(
        ("Adafactor", {"learning_rate": 0.5, "beta_2_decay": -0.5, "clip_threshold": 0.3}),
        FIVE,
    ),
    adafactor_plain=(
        ("Adafactor", {"learning_rate": 0.2, "relative_step": False, "epsilon_2": 0.1}),
        FIVE,
    ),
    muon=(("Muon", {"learning_rate": 0.01}), FIVE),
    muon_settings=(
        ("Muon", {"learning_rate": 0.05, "nesterov": False, "ns_steps": 3, "rms_rate": None}),
        FIVE,
    ),
    muon_beside_adam=(
        ("Muon", {"learning_rate": 0.02, "exclude_layers": ["dense_1"], "adam_lr_ratio": 0.5}),
        FIVE,
    ),
    ema=(("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5}), FIVE),
    ema_taken_over=(
        ("Adam", {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 2}),
        FIVE,
    ),
    ema_of_accumulated=(
        (
            "RMSprop",
            {
                "learning_rate": 0.01,
                "use_ema": True,
                "ema_overwrite_frequency": 1,
                "gradient_accumulation_steps": 2,
            },
        ),
        FIVE,
    ),
    accumulation=(("SGD", {"learning_rate": 0.1, "gradient_accumulation_steps": 2}), FIVE),
    accumulation_clipped=(
        ("Adam", {"learning_rate": 0.05, "gradient_accumulation_steps": 3, "clipnorm": 0.2}),
        FIVE,
    ),
    accumulation_by_weight=(
        ("Lamb", {"learning_rate": 0.05, "gradient_accumulation_steps": 2, "weight_decay": 0.1}),
        FIVE,
    ),
)
def optimizer(keras, settings):
    name, options = settings
    return small(keras, getattr(keras.optimizers, name)(**options))


@variants(
    schedule_polynomial=(("PolynomialDecay", (0.1, 4, 0.01, 2.0)), FIVE),
    schedule_polynomial_again=(("PolynomialDecay", (0.1, 2, 0.02, 0.5, True)), FIVE),
    schedule_restarts=(("CosineDecayRestarts", (0.1, 2)), FIVE),
    schedule_restarts_alike=(("CosineDecayRestarts", (0.1, 2, 1.0, 0.5, 0.1)), FIVE),
)
def scheduled(keras, settings):
    name, arguments = settings
    rate = getattr(keras.optimizers.schedules, name)(*arguments)
    return small(keras, keras.optimizers.Adam(rate))


def heavy_class(keras):
    """A custom optimizer."""
    ops = keras.ops

    class Heavy(keras.optimizers.Optimizer):
        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.pace = self.add_optimizer_variables(variables, "pace")

        def update_step(self, gradient, variable, learning_rate):
            rate = ops.cast(learning_rate, variable.dtype)
            pace = self.pace[self._get_variable_index(variable)]
            self.assign(pace, ops.add(ops.multiply(pace, 0.8), gradient))
            steps = ops.cast(self.iterations + 1, variable.dtype)
            self.assign_sub(variable, rate * pace / ops.sqrt(steps))

    return Heavy


@case(**FIVE)
def optimizer_of_ones_own(keras):
    heavy = heavy_class(keras)(learning_rate=0.05, weight_decay=0.1, clipnorm=0.5)
    return small(keras, heavy)


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

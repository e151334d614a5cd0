"""The optimizers: gradient descent, and those that scale each step by earlier gradients."""

from __future__ import annotations

import numpy as np

from funclab.engine.kernels import optimizers as kernels
from funclab.graph.shape_math import Array
from funclab.optimizers.base import Kernel, Optimizer
from funclab.optimizers.slots import Stretch
from funclab.registry.parameters import wrong_value


class SGD(Optimizer, first_step=0.8):
    """Gradient descent: w = w - lr * g.

    With momentum: m = momentum * m - lr * g; w = w + m. With nesterov, the step looks ahead:
    w = w + momentum * m - lr * g.
    Source: Sutskever et al., "On the importance of initialization and momentum", ICML 2013.
    """

    default_rate = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def initial_slots(self) -> dict[str, float]:
        return {"momentum": 0.0} if self.momentum else {}

    def update(self, part: Stretch) -> Kernel:
        if not self.momentum:
            return kernels.sgd, self.arrays(part)
        kernel = kernels.nesterov if self.nesterov else kernels.momentum
        return kernel, (*self.arrays(part), self.momentum)


class RMSprop(Optimizer, first_step=0.6838):
    """Steps divided by the root of the average squared gradient v.

    v = rho * v + (1 - rho) * g^2; w = w - lr * g / sqrt(v + epsilon). With `centered`, the squared
    average gradient is subtracted from v; with momentum, steps accumulate as in SGD.
    Source: Tieleman & Hinton, "Lecture 6.5: RMSprop", Coursera 2012.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def initial_slots(self) -> dict[str, float]:
        if not self.momentum and not self.centered:
            return {"velocity": 0.0}
        return {"velocity": 0.0, "average": 0.0, "momentum": 0.0}

    def saved_slots(self) -> list[tuple[str, ...]]:
        """One group for each slot in use; here, all three are kept if one of two is in use."""
        more = {"momentum": self.momentum, "average": self.centered}
        return [("velocity",), *((slot,) for slot, used in more.items() if used)]

    def update(self, part: Stretch) -> Kernel:
        arrays = (*self.arrays(part), self.rho)
        if len(part.slots) == 1:
            return kernels.rmsprop, (*arrays, self.epsilon)
        return kernels.rmsprop_full, (*arrays, self.momentum, self.epsilon, float(self.centered))


class Adagrad(Optimizer, first_step=0.9012):
    """Steps divided by the root of the sum a of squared gradients: w = w - lr * g / sqrt(a + eps).

    Source: Duchi et al., "Adaptive Subgradient Methods", JMLR 2011.
    """

    kernel, numbers = staticmethod(kernels.adagrad), ("epsilon",)
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def initial_slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value}


class Adadelta(Optimizer, first_step=0.9999):
    """Steps in the units of the weights: divided by recent gradients, multiplied by recent steps.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1.
    """

    slots = {"squared_gradient": 0.0, "squared_step": 0.0}  # noqa: RUF012
    kernel, numbers = staticmethod(kernels.adadelta), ("rho", "epsilon")
    rho: float = 0.95
    epsilon: float = 1e-7


class Moments(Optimizer):
    """The settings that Adam and its variants share: how slowly both averages change."""

    slots = {"momentum": 0.0, "velocity": 0.0}  # noqa: RUF012
    n_rates = 5
    numbers = ("beta_1", "beta_2", "epsilon")
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


class Adam(Moments, first_step=0.9):
    """m and v average g and g^2; w = w - lr * m' / (sqrt(v') + epsilon).

    m' and v' are m and v corrected for starting at zero. With `amsgrad`, v never decreases.
    Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 2.
    """

    kernel = staticmethod(kernels.adam)
    amsgrad: bool = False

    def initial_slots(self) -> dict[str, float]:
        return self.slots | ({"highest_velocity": 0.0} if self.amsgrad else {})

    def saved_slots(self) -> list[tuple[str, ...]]:
        return [tuple(self.slots), ("highest_velocity",)]

    def advance(self) -> None:
        kernels.advance_adam(self.current_rate, self.counter, self.rates, self.beta_1, self.beta_2)

    def update(self, part: Stretch) -> Kernel:
        kernel, arrays = super().update(part)
        return (kernels.adam_amsgrad if self.amsgrad else kernel), arrays


class AdamW(Adam, first_step=0.8996):
    """Adam with decoupled weight decay, which does not go through the averages.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    weight_decay: float | None = 0.004
    order = ("weight_decay", *Adam.fields)


class Lion(Optimizer, first_step=0.9):
    """Steps of equal size: w = w - lr * sign(beta_1 m + (1 - beta_1) g), where m averages g.

    Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023.
    """

    slots = {"momentum": 0.0}  # noqa: RUF012
    kernel, numbers = staticmethod(kernels.lion), ("beta_1", "beta_2")
    beta_1: float = 0.9
    beta_2: float = 0.99

    def check(self) -> None:
        if self.beta_1 == 0:
            raise wrong_value("Lion", "beta_1", self.beta_1, "a float above 0, up to 1", "0.9")


class Ftrl(Optimizer, first_step=0.7451):
    """Follow the regularized leader: the weights that fit all gradients so far, most of them 0.

    With a the sum of squared gradients and p = -learning_rate_power, z gains
    g - (a_new^p - a^p) / lr * w, and w = (clip(z, -l1, l1) - z) / (a_new^p / lr + 2 l2).
    Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013, algorithm 1.
    """

    kernel = staticmethod(kernels.ftrl)
    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0
    numbers = (
        "learning_rate_power", "l1_regularization_strength", "l2_regularization_strength",
        "l2_shrinkage_regularization_strength", "beta",
    )  # fmt: skip

    def check(self) -> None:
        power = self.learning_rate_power
        if power > 0:
            wanted = "a number, negative or zero"
            raise wrong_value("Ftrl", "learning_rate_power", power, wanted, "-0.5")

    def initial_slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value, "linear": 0.0}


class Adamax(Moments, first_step=0.9):
    """Adam with the largest recent gradient instead of the average square.

    Source: Kingma & Ba, ICLR 2015, section 7.1.
    """

    slots = {"momentum": 0.0, "largest": 0.0}  # noqa: RUF012
    kernel = staticmethod(kernels.adamax)

    def advance(self) -> None:
        kernels.advance_adamax(self.current_rate, self.counter, self.rates, self.beta_1)


class Nadam(Moments, first_step=0.8937):
    """Adam with Nesterov momentum, which looks ahead.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
    """

    kernel = staticmethod(kernels.nadam)

    def advance(self) -> None:
        kernels.advance_nadam(self.current_rate, self.counter, self.rates, self.beta_1, self.beta_2)

    @property
    def product(self) -> float:
        """The product of all u so far, which is part of its state."""
        return self.rates[4] if self.steps_taken[0] else 1.0

    @product.setter
    def product(self, value: float) -> None:
        self.rates[4] = value

    def product_after(self, steps: int) -> Array:
        """The product of all u after some steps: Keras 2 does not keep it."""
        rates = self.beta_1 * (1 - 0.5 * 0.96 ** np.arange(1, steps + 1))
        return np.prod(rates, dtype="float32")

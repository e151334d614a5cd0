"""The optimizers: gradient descent, and those that scale each step by the gradients so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funclab.fields import wrong_value
from funclab.kernels import optimizers as kernels
from funclab.optimizers.base import Optimizer
from funclab.optimizers.slots import Stretch

Kernel = tuple[Callable[..., Any], tuple[Any, ...]]


class SGD(Optimizer):
    """Gradient descent: w = w - lr * g.

    With momentum: m = momentum * m - lr * g; w = w + m. With nesterov, the step looks ahead:
    w = w + momentum * m - lr * g.
    Source: Sutskever et al., "On the importance of initialization and momentum", ICML 2013.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> SGD(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.8], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Any,
    ) -> None:
        self.momentum, self.nesterov = momentum, nesterov
        super().__init__(learning_rate, **options)

    def initial_slots(self) -> dict[str, float]:
        return {"momentum": 0.0} if self.momentum else {}

    def update(self, part: Stretch) -> Kernel:
        if not self.momentum:
            return kernels.sgd, (part.weights, part.grads, self.rates)
        kernel = kernels.nesterov if self.nesterov else kernels.momentum
        return kernel, (part.weights, part.grads, *part.slots, self.rates, self.momentum)


class RMSprop(Optimizer):
    """Steps divided by the root of the average squared gradient v.

    v = rho * v + (1 - rho) * g^2; w = w - lr * g / sqrt(v + epsilon). With `centered`, the squared
    average gradient is taken off v; with momentum, steps add up as in SGD.
    Source: Tieleman & Hinton, "Lecture 6.5: RMSprop", Coursera 2012.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> RMSprop(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.6838], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Any,
    ) -> None:
        self.rho, self.momentum = rho, momentum
        self.epsilon, self.centered = epsilon, centered
        super().__init__(learning_rate, **options)

    def initial_slots(self) -> dict[str, float]:
        if not self.momentum and not self.centered:
            return {"velocity": 0.0}
        return {"velocity": 0.0, "average": 0.0, "momentum": 0.0}

    def update(self, part: Stretch) -> Kernel:
        arrays = (part.weights, part.grads, *part.slots, self.rates, self.rho)
        if len(part.slots) == 1:
            return kernels.rmsprop, (*arrays, self.epsilon)
        return kernels.rmsprop_full, (*arrays, self.momentum, self.epsilon, float(self.centered))


class Adagrad(Optimizer):
    """Steps divided by the root of the sum a of squared gradients: w = w - lr * g / sqrt(a + eps).

    Source: Duchi et al., "Adaptive Subgradient Methods", JMLR 2011.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Adagrad(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.9012], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon
        super().__init__(learning_rate, **options)

    def initial_slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value}

    def update(self, part: Stretch) -> Kernel:
        arrays = (part.weights, part.grads, *part.slots, self.rates, self.epsilon)
        return kernels.adagrad, arrays


class Adadelta(Optimizer):
    """Steps in the unit of the weights: divided by recent gradients, multiplied by recent steps.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Adadelta(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.9999], dtype=float32)
    """

    slots = {"squared_gradient": 0.0, "squared_step": 0.0}  # noqa: RUF012

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **options: Any
    ) -> None:
        self.rho, self.epsilon = rho, epsilon
        super().__init__(learning_rate, **options)

    def update(self, part: Stretch) -> Kernel:
        arrays = (part.weights, part.grads, *part.slots, self.rates, self.rho, self.epsilon)
        return kernels.adadelta, arrays


class Moments(Optimizer):
    """The settings that the family shares: how slowly both averages follow."""

    slots = {"momentum": 0.0, "velocity": 0.0}  # noqa: RUF012
    n_rates = 5

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        super().__init__(learning_rate, **options)

    def arrays(self, part: Stretch) -> tuple[Any, ...]:
        settings = (self.rates, self.beta_1, self.beta_2, self.epsilon)
        return (part.weights, part.grads, *part.slots, *settings)


class Adam(Moments):
    """m and v average g and g^2; w = w - lr * m' / (sqrt(v') + epsilon).

    m' and v' make up for both averages beginning at zero. With `amsgrad`, v never falls.
    Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 2.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Adam(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.9], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        self.amsgrad = amsgrad
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **options)

    def initial_slots(self) -> dict[str, float]:
        return self.slots | ({"highest_velocity": 0.0} if self.amsgrad else {})

    def advance(self) -> None:
        kernels.advance_adam(self.current_rate, self.counter, self.rates, self.beta_1, self.beta_2)

    def update(self, part: Stretch) -> Kernel:
        return (kernels.adam_amsgrad if self.amsgrad else kernels.adam), self.arrays(part)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the averages.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> AdamW(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.8996], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        options = {**options, "weight_decay": weight_decay}
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, **options)


class Lion(Optimizer):
    """Steps of one size: w = w - lr * sign(beta_1 m + (1 - beta_1) g), where m averages g.

    Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Lion(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.9], dtype=float32)
    """

    slots = {"momentum": 0.0}  # noqa: RUF012

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **options: Any
    ) -> None:
        if beta_1 == 0:
            raise wrong_value("Lion", "beta_1", beta_1, "a float above 0, up to 1", "0.9")
        self.beta_1, self.beta_2 = beta_1, beta_2
        super().__init__(learning_rate, **options)

    def update(self, part: Stretch) -> Kernel:
        settings = (self.rates, self.beta_1, self.beta_2)
        return kernels.lion, (part.weights, part.grads, *part.slots, *settings)


class Ftrl(Optimizer):
    """Follow the regularized leader: the weights that fit all gradients so far, most of them 0.

    With a the sum of squared gradients and p = -learning_rate_power, z gains
    g - (a_new^p - a^p) / lr * w, and w = (clip(z, -l1, l1) - z) / (a_new^p / lr + 2 l2).
    Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013, algorithm 1.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Ftrl(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.7451], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Any,
    ) -> None:
        if learning_rate_power > 0:
            wanted = "a number, negative or zero"
            raise wrong_value("Ftrl", "learning_rate_power", learning_rate_power, wanted, "-0.5")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        super().__init__(learning_rate, **options)

    def initial_slots(self) -> dict[str, float]:
        return {"accumulator": self.initial_accumulator_value, "linear": 0.0}

    def update(self, part: Stretch) -> Kernel:
        strengths = (
            self.l1_regularization_strength,
            self.l2_regularization_strength,
            self.l2_shrinkage_regularization_strength,
        )
        settings = (self.rates, self.learning_rate_power, *strengths, self.beta)
        return kernels.ftrl, (part.weights, part.grads, *part.slots, *settings)


class Adamax(Moments):
    """Adam with the largest recent gradient in place of the average square.

    Source: Kingma & Ba, ICLR 2015, section 7.1.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Adamax(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.9], dtype=float32)
    """

    slots = {"momentum": 0.0, "largest": 0.0}  # noqa: RUF012

    def advance(self) -> None:
        kernels.advance_adamax(self.current_rate, self.counter, self.rates, self.beta_1)

    def update(self, part: Stretch) -> Kernel:
        return kernels.adamax, self.arrays(part)


class Nadam(Moments):
    """Adam with Nesterov's look ahead.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2016.

    >>> import numpy as np
    >>> from funclab.graph.value import Variable
    >>> weight = Variable(np.array([1.0], "float32"))
    >>> Nadam(0.1).apply([np.array([2.0], "float32")], [weight])
    >>> weight.numpy().round(4)
    array([0.8937], dtype=float32)
    """

    def advance(self) -> None:
        kernels.advance_nadam(self.current_rate, self.counter, self.rates, self.beta_1, self.beta_2)

    def update(self, part: Stretch) -> Kernel:
        return kernels.nadam, self.arrays(part)

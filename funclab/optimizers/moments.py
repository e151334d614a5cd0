"""Adam and its family: steps from averages of the gradient and of its square."""

from __future__ import annotations

from typing import Any

from funclab.kernels import optimizers as kernels
from funclab.optimizers.adaptive import Kernel
from funclab.optimizers.base import Optimizer
from funclab.optimizers.slots import Stretch


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
        kernels.advance_adam(
            self.current_rate, self.steps_taken, self.rates, self.beta_1, self.beta_2
        )

    def update(self, part: Stretch) -> Kernel:
        return (kernels.adam_amsgrad if self.amsgrad else kernels.adam), self.arrays(part)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the averages.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
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


class Adamax(Moments):
    """Adam with the largest recent gradient in place of the average square.

    Source: Kingma & Ba, ICLR 2015, section 7.1.
    """

    slots = {"momentum": 0.0, "largest": 0.0}  # noqa: RUF012

    def advance(self) -> None:
        kernels.advance_adamax(self.current_rate, self.steps_taken, self.rates, self.beta_1)

    def update(self, part: Stretch) -> Kernel:
        return kernels.adamax, self.arrays(part)


class Nadam(Moments):
    """Adam with Nesterov's look ahead.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
    """

    def advance(self) -> None:
        kernels.advance_nadam(
            self.current_rate, self.steps_taken, self.rates, self.beta_1, self.beta_2
        )

    def update(self, part: Stretch) -> Kernel:
        return kernels.nadam, self.arrays(part)

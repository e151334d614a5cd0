"""Moving averages of the weights, which replace the weights while a model is evaluated."""

from __future__ import annotations

from funclab.callbacks.base import Callback, Logs, with_fields
from funclab.errors import ArgumentError


@with_fields
class SwapEMAWeights(Callback):
    """Evaluates and predicts with the moving averages of an optimizer that has `use_ema=True`.

    With `swap_on_epoch` they are also in the model at the end of each epoch, when later callbacks
    may save it.

    Raises: ArgumentError for an optimizer without moving averages.
    """

    backed_up = ("swapped",)

    swap_on_epoch: bool = False
    swapped = False

    def _swap(self, wanted: bool) -> None:
        """Swap averages and weights, unless they are already where they should be."""
        optimizer = self.model.optimizer
        if not optimizer.use_ema:
            raise ArgumentError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. "
                f"Received: use_ema={optimizer.use_ema}",
                why=f"{optimizer.name} keeps no moving average of the weights.",
                fix=f"compile with {type(optimizer).__name__}(use_ema=True).",
            )
        if self.swapped == wanted:
            return
        self.swapped = wanted
        for variable in optimizer.averages.extents:
            average, weight = optimizer.averages.of(variable)["average"], variable.numpy()
            variable.assign(average.copy())
            average[...] = weight

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.swap_on_epoch:
            return
        self._swap(True)
        if epoch == self.params["epochs"] - 1:  # the averages stay in the model
            for variable in self.model.optimizer.averages.extents:
                average = self.model.optimizer.averages.of(variable)["average"]
                average[...] = variable.numpy()

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._swap(True)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._swap(False)

    on_predict_begin, on_predict_end = on_test_begin, on_test_end

"""A layer for what object detection learns from: images, and boxes around the objects in them."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError, DataError
from funclab.layers.base import Layer
from funclab.layers.checks import positive
from funclab.layers.preprocessing.augmenting import is_batch


class MaxNumBoundingBoxes(Layer):
    """The same number of bounding boxes for each image: boxes after the first `max_number` are left
    out, and where there are fewer, boxes are filled in. Images, labels and masks stay as they are.

    It is called on images, or on a dict with "images" and perhaps "bounding_boxes": a dict with
    "boxes" and "labels".

    Shapes: boxes (batch, any, 4) -> (batch, max_number, 4); their labels (batch, any) -> (batch,
        max_number); images (batch, height, width, channels) -> the same. Also of one image without
        batch.
    Gradient: images: gx = g; boxes: g of those that are kept.
    Raises: ArgumentError unless `max_number` is a positive integer, or without the format for
        boxes; DataError for boxes without labels; ShapeError for images of another rank.

    >>> boxes = {"boxes": np.array([[0, 0, 2, 2]]), "labels": np.array([7])}
    >>> layer = MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
    >>> layer({"images": np.zeros((4, 4, 3)), "bounding_boxes": boxes})["bounding_boxes"]["labels"]
    array([ 7, -1])
    """

    max_number: int
    fill_value: int = -1
    bounding_box_format: str | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        positive("max_number", self.max_number)

    def call(self, inputs: Any) -> Any:
        parts = inputs if isinstance(inputs, dict) else {"images": inputs}
        batch = is_batch(self, parts["images"])
        if "bounding_boxes" in parts:
            boxes = self._checked(parts["bounding_boxes"])
            boxes = boxes | {"boxes": ops.cast(boxes["boxes"], "float32")}
            made = {name: self._counted(boxes[name], batch) for name in ("boxes", "labels")}
            parts = {**parts, "bounding_boxes": {**boxes, **made}}
        return parts if isinstance(inputs, dict) else parts["images"]

    def _counted(self, rows: Any, batch: bool) -> Any:
        """The first rows, after which enough are filled in."""
        axis, rank = int(batch), len(rows.shape)
        widths = [(0, self.max_number if i == axis else 0) for i in range(rank)]
        filled = ops.pad(rows, widths, constant_values=self.fill_value)
        kept = filled[(slice(None),) * axis + (slice(self.max_number),)]
        shape = (self.max_number, *rows.shape[axis + 1 :])  # known, also of any number of boxes
        return ops.reshape(kept, (-1, *shape) if batch else shape)

    def _checked(self, boxes: Any) -> dict[str, Any]:
        if not isinstance(boxes, dict) or not {"boxes", "labels"} <= {*boxes}:
            given = [*boxes] if isinstance(boxes, dict) else type(boxes).__name__
            raise DataError(
                "Expected `bounding_boxes` argument to be a dict with keys 'boxes' and 'labels'. "
                f"Received: {given}",
                why="each box has a label, the class of what is in it.",
                fix='write "bounding_boxes": {"boxes": boxes, "labels": labels}.',
            )
        if not self.bounding_box_format:
            raise ArgumentError(
                "You passed an input with a 'bounding_boxes' key, but you didn't specify a "
                "bounding box format.",
                why="Keras asks what the four numbers of a box mean.",
                fix=f'write {type(self).__name__}({self.max_number}, bounding_box_format="xyxy").',
            )
        return boxes

"""Layers that change the numbers of pixels at random, and leave them where they are."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.errors import ArgumentError, suggest
from funclab.layers.preprocessing.augmenting import Drawn, RandomImages, either_way
from funclab.ops.image.colors import channels_axis
from funclab.ops.image.filters import filtered

EPSILON = 1e-7
SMOOTH = [[1 / 13, 1 / 13, 1 / 13], [1 / 13, 5 / 13, 1 / 13], [1 / 13, 1 / 13, 1 / 13]]
"""What a pixel and those around it count in a smoothed image, as in the PIL library."""


class Toning(RandomImages, abstract=True):
    """A layer that changes the numbers of pixels, and keeps them in `value_range`."""

    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def inside(self, images: Any) -> Any:
        """The images, with what left the range put back to its end."""
        return ops.clip(images, *sorted(self.value_range))

    def scaled(self, images: Any, most: float) -> Any:
        """Pixels of `value_range` as numbers from 0 to `most`."""
        low, high = self.value_range
        return images if (low, high) == (0, most) else (images - low) / (high - low) * most

    def scaled_back(self, images: Any, most: float) -> Any:
        low, high = self.value_range
        return images if (low, high) == (0, most) else images / most * (high - low) + low


class ByFactor(Toning, abstract=True):
    """A layer whose changes are as strong as a factor says."""

    factor: Any
    bounds = (-1, 1)
    """Between what factors are."""
    told: ClassVar = {
        **RandomImages.told,
        "Raises": "ArgumentError unless factors are in [{cls.bounds[0]}, {cls.bounds[1]}]",
    }
    order = ("factor", "value_range", "data_format", "seed")

    def prepare(self) -> None:
        super().prepare()
        least, most = self.bounds
        self.factor = either_way("factor", self.factor, least, most=most)


class RandomBrightness(ByFactor):
    """Images made brighter or darker: each gets a number of its own added to all pixels.

    Gradient: gx = g where the pixel stays in `value_range`, else 0.

    >>> RandomBrightness((0.1, 0.1))(np.array([[[100.0], [250.0]]]))[0, :, 0]
    array([125.5, 255. ], dtype=float32)
    """

    order = ("factor", "value_range", "seed", "data_format")

    def prepare(self) -> None:
        super().prepare()
        self.value_range = tuple(sorted(self.value_range))

    def draw(self, images: Any) -> Drawn:
        return {"more": self.uniform(images, self.factor, 1, 1, 1)}

    def changed(self, images: Any, more: Any) -> Any:
        low, high = self.value_range
        return self.inside(images + more * (high - low))


class RandomContrast(ByFactor):
    """Images with more or less contrast: the distance of each pixel from the mean of its channel is
    multiplied by a number of the image's own, from 1 - the first factor to 1 + the second.

    Gradient: that of the products and the mean; 0 where a pixel leaves `value_range`.

    >>> RandomContrast((0, 0))(np.array([[[100.0], [250.0]]]))[0, :, 0]
    array([100., 250.], dtype=float32)
    """

    bounds = (0, 1)
    order = ("factor", "value_range", "seed", "data_format")

    def draw(self, images: Any) -> Drawn:
        less, more = self.factor
        return {"times": self.uniform(images, (1 - less, 1 + more), 1, 1, 1)}

    def changed(self, images: Any, times: Any) -> Any:
        mean = ops.mean(images, self.side_axes, keepdims=True)
        return ops.clip((images - mean) * times + mean, *self.value_range)


class RandomHue(ByFactor):
    """Images with other colours: each image's hues are turned, by a part of half a turn.

    Shapes: x (batch, height, width, 3) -> out (same as x); also one image without batch.
    Gradient: that of the conversion to hue, saturation and value, and back.
    Raises: ArgumentError unless factors are in [0, 1]; ShapeError unless there are three channels.

    >>> green = RandomHue((2 / 3, 2 / 3), value_range=(0, 1), seed=1)(np.array([[[1.0, 0, 0]]]))
    >>> green.round(3)
    array([[[0., 1., 0.]]], dtype=float32)
    """

    bounds = (0, 1)

    def draw(self, images: Any) -> Drawn:
        sign = self.sign(images, 1, 1, 1)
        return {"turn": sign * self.uniform(images, self.factor, 1, 1, 1) * 0.5}

    def changed(self, images: Any, turn: Any) -> Any:
        axis = channels_axis(images, self.data_format)
        colours = ops.image.rgb_to_hsv(self.scaled(images, 1), self.data_format)
        hue, saturation, value = ops.split(colours, 3, axis)
        turned = ops.concatenate([hue + turn, saturation, value], axis)
        made = ops.clip(ops.image.hsv_to_rgb(turned, self.data_format), 0, 1)
        return self.scaled_back(made, 1)


class RandomSaturation(ByFactor):
    """Images with stronger or paler colours: each image's saturation is multiplied by f / (1 - f),
    with a number f of its own; 0 makes it gray, 0.5 leaves it as it is, 1 makes it glaring.

    Shapes: x (batch, height, width, 3) -> out (same as x); also one image without batch.
    Gradient: that of the conversion to hue, saturation and value, and back.
    Raises: ArgumentError unless factors are in [-1, 1]; ShapeError unless there are three channels.

    As in Keras, one number stands for both directions: pass two, such as (0.3, 0.7).

    >>> RandomSaturation((0.0, 0.0), value_range=(0, 1))(np.array([[[1.0, 0.5, 0.5]]]))
    array([[[1., 1., 1.]]], dtype=float32)
    """

    def draw(self, images: Any) -> Drawn:
        share = self.uniform(images, self.factor, 1, 1, 1)
        return {"times": share / (1 - share + EPSILON)}

    def changed(self, images: Any, times: Any) -> Any:
        axis = channels_axis(images, self.data_format)
        colours = ops.image.rgb_to_hsv(images, self.data_format)
        hue, saturation, value = ops.split(colours, 3, axis)
        parts = [hue, self.inside(saturation * times), value]
        return ops.image.hsv_to_rgb(ops.concatenate(parts, axis), self.data_format)


class RandomGrayscale(RandomImages):
    """Some images without colours: red, green and blue get the brightness that the pixel looks.

    Shapes: x (batch, height, width, 3) -> out (same as x); also one image without batch.
    Gradient: gx = g, or for a gray image the sum of g times what the colour counts.
    Raises: ArgumentError unless `factor` is in [0, 1].

    >>> RandomGrayscale(1.0)(np.array([[[10.0, 20.0, 30.0]]])).round(3)
    array([[[18.149, 18.149, 18.149]]], dtype=float32)
    """

    factor: float = 0.5
    data_format: str | None = None
    seed: int | None = None

    def prepare(self) -> None:
        super().prepare()
        either_way("factor", self.factor, 0)

    def draw(self, images: Any) -> Drawn:
        return {"chosen": ops.less(self.uniform(images, (0, 1), 1, 1, 1), self.factor)}

    def changed(self, images: Any, chosen: Any) -> Any:
        gray = ops.image.rgb_to_grayscale(images, self.data_format)
        return ops.where(chosen, gray, images)


class RandomColorDegeneration(ByFactor):
    """Images that lose a part of their colours: each is mixed with its gray version.

    Shapes: x (batch, height, width, 3) -> out (same as x); also one image without batch.
    Gradient: that of the mean of image and gray; 0 where a pixel leaves `value_range`.

    As in Keras, one number stands for both directions: a negative one makes colours stronger.

    >>> RandomColorDegeneration((0.5, 0.5))(np.array([[[10.0, 20.0, 30.0]]])).round(3)
    array([[[14.074, 19.075, 24.075]]], dtype=float32)
    """

    def draw(self, images: Any) -> Drawn:
        return {"share": self.uniform(images, self.factor, 1, 1, 1)}

    def changed(self, images: Any, share: Any) -> Any:
        gray = ops.image.rgb_to_grayscale(images, self.data_format)
        return self.inside(images + share * (gray - images))


class RandomSharpness(ByFactor):
    """Images made sharper or smoother: with 0 an image is smoothed, with 0.5 it stays, with 1 it
    gets as much sharper.

    Gradient: that of the mean of an image and its smoothed version; 0 where a pixel leaves
        `value_range`.

    >>> RandomSharpness((0, 0))(np.full((3, 3, 1), 13.0))[1, :, 0].round(3)
    array([10., 13., 10.], dtype=float32)
    """

    bounds = (0, 1)

    def draw(self, images: Any) -> Drawn:
        return {"sharpness": self.uniform(images, self.factor, 1, 1, 1) * 2}

    def changed(self, images: Any, sharpness: Any) -> Any:
        kernel = ops.convert_to_tensor(SMOOTH, self.dtype)
        smooth = filtered(images, [kernel], self.data_format)[0]
        return self.inside(images + (1 - sharpness) * (smooth - images))


class RandomPosterization(ByFactor):
    """Images with fewer shades, like a poster: of the 8 bits of a number some are kept.

    Gradient: none flows back: the result is a step function.

    As in Keras, the second of two different numbers is never drawn, and one number n stands for
    1 up to n - 1 bits.

    >>> RandomPosterization((2, 2))(np.array([[[60.0], [130.0], [255.0]]]))[0, :, 0]
    array([  0., 128., 192.], dtype=float32)
    """

    bounds = (1, 8)

    def draw(self, images: Any) -> Drawn:
        low, high = self.factor
        bits = ops.floor(self.uniform(images, (low, max(high, low + 1)), 1, 1, 1))
        return {"bits": bits}

    def changed(self, images: Any, bits: Any) -> Any:
        step = ops.power(2.0, 8 - ops.cast(bits, self.dtype))
        whole = ops.floor(self.scaled(images, 255))
        return self.scaled_back(ops.floor(whole / step) * step, 255)


class RandomInvert(ByFactor):
    """Some images as negatives: each number is subtracted from the largest.

    Gradient: gx = -g of the negatives, else g.
    Raises: ArgumentError unless factors, which are probabilities, are in [0, 1].

    >>> RandomInvert((1, 1))(np.array([[[0.0], [100.0]]]))[0, :, 0]
    array([255., 155.], dtype=float32)
    """

    factor: Any = 1.0
    bounds = (0, 1)
    order = ("factor", "value_range", "seed", "data_format")

    def draw(self, images: Any) -> Drawn:
        return {"chosen": self.chosen(images, self.factor)}

    def changed(self, images: Any, chosen: Any) -> Any:
        return ops.where(chosen, self.value_range[1] - images, images)


class Solarization(Toning):
    """Images in which what is brighter than a threshold becomes its negative, after a number was
    added to all pixels.

    Gradient: gx = g below the threshold, -g above it, 0 where a pixel left the range.
    Raises: ArgumentError unless factors are in [0, 1].

    >>> Solarization()(np.array([[[10.0], [200.0]]]))[0, :, 0]
    array([245.,  55.], dtype=float32)
    """

    factors: ClassVar = {"addition_factor": 0, "threshold_factor": 0}
    addition_factor: Any = 0.0
    threshold_factor: Any = 0.0
    order = ("addition_factor", "threshold_factor", "value_range", "seed", "data_format")

    def draw(self, images: Any) -> Drawn:
        added, threshold = (  # the lower end is not multiplied, as in Keras
            self.uniform(images, (low, 255 * high), 1, 1, 1)
            for low, high in (self.addition_factor, self.threshold_factor)
        )
        return {"added": added, "threshold": threshold}

    def changed(self, images: Any, added: Any, threshold: Any) -> Any:
        bright = ops.clip(self.scaled(images, 255) + added, 0, 255)
        made = ops.where(ops.less(bright, threshold), bright, 255 - bright)
        return self.scaled_back(made, 255)


class RandomGaussianBlur(ByFactor):
    """Some images blurred by a bell curve, whose width is drawn for the whole batch.

    Gradient: gx = the sum of g * weight over the pixels around; 0 where one leaves `value_range`.
    Raises: ArgumentError unless factors and sigmas are in [0, 1], and kernels have an odd size.

    >>> RandomGaussianBlur(1.0, 3, (1.0, 1.0))(np.full((3, 3, 1), 100.0))[1, 1].round(2)
    array([100.], dtype=float32)
    """

    factor: Any = 1.0
    kernel_size: Any = 3
    sigma: Any = 1.0
    bounds = (0, 1)
    order = ("factor", "kernel_size", "sigma", "value_range", "data_format", "seed")

    def prepare(self) -> None:
        super().prepare()
        size, two = self.kernel_size, isinstance(self.kernel_size, (list, tuple))
        self.kernel_size = tuple(size) if two else (size, size)
        if len(self.kernel_size) != 2 or not all(
            suggest.is_whole(side) and side % 2 for side in self.kernel_size
        ):
            raise ArgumentError(
                f"kernel_size must be an odd number. Received: kernel_size={size!r}.",
                why="a pixel is in the middle of the window that is blurred.",
                fix="write for example kernel_size=3.",
            )
        self.sigma = either_way("sigma", self.sigma, 0)

    def draw(self, images: Any) -> Drawn:
        chosen = self.chosen(images, self.factor)
        sigma = ops.random_uniform((2,), *self.sigma, dtype=self.dtype, state=self.stream)
        return {"chosen": chosen, "sigma": sigma + 1e-6}

    def changed(self, images: Any, chosen: Any, sigma: Any) -> Any:
        blurred = ops.image.gaussian_blur(images, self.kernel_size, sigma, self.data_format)
        return self.inside(ops.where(chosen, blurred, images))

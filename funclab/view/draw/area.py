"""Areas and points in a picture."""

from __future__ import annotations

from dataclasses import dataclass

Points = list[tuple[float, float]]


@dataclass(kw_only=True)
class Area:
    """A place in a picture, which the layout fills in. A point is x + 1j * y."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def corner(self) -> complex:
        return complex(self.x, self.y)

    @property
    def middle(self) -> complex:
        return complex(self.x + self.width / 2, self.y + self.height / 2)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def grown(self, margin: float) -> Area:
        """The area with a margin around it."""
        width, height = self.width + 2 * margin, self.height + 2 * margin
        return Area(x=self.x - margin, y=self.y - margin, width=width, height=height)


def area(corner: complex, width: float, height: float) -> Area:
    return Area(x=corner.real, y=corner.imag, width=width, height=height)

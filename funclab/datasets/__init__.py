"""Small data sets that come with funclab, real ones and made ones: nothing is fetched."""

from funclab.datasets import digits, headlines, spots

__all__ = ["digits", "headlines", "spots"]

"""Small real data sets that come with funclab: nothing is fetched from the network."""

from funclab.datasets import digits

__all__ = ["digits"]

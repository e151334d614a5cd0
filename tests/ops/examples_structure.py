"""Examples of the ops that reduce, reshape, join, index and multiply, and of losses and scores."""

import numpy as np

from funclab.layers import IntegerLookup
from tests.ops.examples import (
    apart,
    chances,
    example,
    named,
    normal,
    positive,
    truth,
    weight,
    whole,
)

for name in ("Sum", "Mean", "Max", "Min", "Prod", "LogSumExp"):
    for axis in (None, 0, -1, (0, 2)):
        example(named(name, axis), apart(2, 3))
    example(named(name, 1, True), apart(2, 3))

    example(named(name, (1, 2), True), apart(2, 3))
for axis in (None, 1):
    example(named("Prod", axis), [[2.0, 0, 3], [0, 0, 5], [0, 0, 0], [1, 2, 3]])

for name in ("AnyTrue", "AllTrue"):
    example(named(name), truth(3))
    example(named(name, 1, True), truth(3))

for name in ("ArgMax", "ArgMin"):
    example(named(name), apart(3))
    example(named(name, -1), apart(3))
    example(named(name, 1, True), apart(3, 2))

for axis in (-1, 1):
    example(named("Softmax", axis), normal(4, 3))
    example(named("LogSoftmax", axis), normal(4, 3))
example(named("Cumsum", 1), normal(3, 2))

example(named("Reshape", (-1, 2, 3)), normal(6))
example(named("Reshape", (None, 6)), normal(2, 3))
example(named("ExpandDims", 0), normal(3))
example(named("ExpandDims", (1, -1)), normal(3))
example(named("Squeeze", 1), normal(1, 3))
example(named("Squeeze", (1, -1)), normal(1, 3, 1))
example(named("Transpose"), normal(2, 3))
example(named("Transpose", (0, 2, 1)), normal(2, 3))
example(named("BroadcastTo", (None, 4, 3)), normal(1, 3))
example(named("Flip"), normal(2, 3))
example(named("Flip", 1), normal(2, 3))
example(named("Repeat", 3, 0), normal(2))
example(named("Repeat", 3, -1), normal(2))
example(named("Tile", (2, 3)), normal(2))
example(named("Tile", (2, 1, 3)), normal(2))
example(named("Tile", (2,)), normal(3, 2))
example(named("Pad", ((0, 0), (1, 2), (0, 3)), 0.5), normal(2, 3))

for axis in (0, 1, -1):
    example(named("Concatenate", axis), normal(2, 3), normal(2, 3), normal(2, 3))
    example(named("Stack", axis), normal(2, 3), normal(2, 3))
example(named("Concatenate", 1), normal(2), normal(3), normal(1))
example(named("Split", (1, 3), 1), normal(4, 2))
example(named("Split", (2,), -1), normal(3, 4))
example(named("Split", (), 1), normal(3))

for key in (":, 0", "..., ::2", ":, 1:3, ..., None, -1", ":, ::-1", "0", ":, 1:3, None"):
    example(named("GetItem", key), normal(4, 3))
example(named("Take", 0), weight(6, 2), whole(6, 3))
example(named("Take", 1), normal(4, 2), whole(4))
example(named("Take", -1), normal(4), whole(4, 2))
example(named("TakeAlongAxis", -1), normal(3, 4), whole(4, 3, 2))
example(named("TakeAlongAxis", 1), normal(4), whole(4, 6))
codes = IntegerLookup(vocabulary=[3, 1], name="codes")
example(named("LookUp", codes.table), whole(4, 2))
example(named("OneHot", 4), whole(4, 2))
example(named("OneHot", 4, 1), whole(6, 2))
example(named("OneHotOfIds", 4), whole(4, 2))

example(named("MatMul"), normal(3), weight(3, 4))
example(named("MatMul"), normal(2, 3), weight(3, 4))
example(named("MatMul"), normal(2, 3), normal(3, 4))
example(named("MatMul"), normal(2, 3, 4), normal(1, 4, 2))
example(named("MatMul"), weight(2, 3), normal(3, 4))
for activation in ("linear", "relu", "tanh", "sigmoid"):
    example(named("BiasActivation", activation), apart(3), weight(3))
    example(named("BiasActivation", activation), normal(2, 3), weight(3))
    example(named("BiasActivation", activation), normal(4, 3, 2), weight(3, 2))
example(named("BiasAdd", 1), normal(3, 4, 2), weight(3))

example(named("CrossEntropy"), chances(4), normal(4))
example(named("CrossEntropy"), chances(2, 4), normal(2, 4))
example(named("SparseCrossEntropy"), whole(4), normal(4))
labels = (lambda batch, rng: rng.integers(1, 4, (batch, 3)), normal(7, 4))
example(named("CTCLoss"), *labels, whole(4), lambda batch, rng: np.full(batch, 7))
example(named("CTCLoss", 3), *labels, whole(3), lambda batch, rng: rng.integers(6, 8, batch))
lengths = (lambda batch, rng: rng.integers(1, 7, batch),)
example(named("CTCDecode"), normal(6, 4), *lengths)
example(named("CTCDecode", "beam_search", 3, 2), normal(6, 4), *lengths)
example(named("SparseCrossEntropy"), whole(4, 2), normal(2, 4))
example(named("BinaryCrossEntropy"), chances(3), normal(3))

example(named("Assign"), weight(3), weight(3))
example(named("AssignAdd"), weight(2, 3), weight(3))

example(named("ReshapeSamples", (-1,)), normal(2, 3))
example(named("ReshapeSamples", (3, -1, 1)), normal(6))
example(named("FoldTime"), normal(4, 2))
example(named("FoldTime"), normal(3))
example(named("UnfoldTime", 1), normal(2))


def one_hot(batch: int, rng: np.random.Generator) -> np.ndarray:
    return np.eye(4)[rng.integers(0, 4, batch)]


def binary(batch: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 2, (batch, 3)).astype(float)


def far(batch: int, rng: np.random.Generator) -> np.ndarray:
    """Never equal to what `apart` makes."""
    return rng.integers(-9, 9, (batch, 3)) + 0.2


example(named("Total"), normal())
example(named("Total"), normal(3))
example(named("Total", False), normal(3))
example(named("Total"), normal(3), positive())
example(named("Total"), normal(3), positive(3))
example(named("Total"), normal(3, 2), positive(3), positive())
example(named("Tally"), np.zeros(2), normal(3))
example(named("Tally"), np.array([3.0, 2.0]), normal(3), positive())
example(named("Tally", 4), np.zeros(2), np.array(1.5))
example(named("SquaredError"), normal(3), normal(3))
example(named("SquaredError"), normal(2, 3), normal(2, 3))
example(named("AbsoluteError"), apart(3), far)
example(named("ClassHits"), one_hot, normal(4))
example(named("SparseClassHits"), whole(4), normal(4))
example(named("SparseClassHits"), whole(4, 2), normal(2, 4))
example(named("RankHits", 2), whole(4), normal(4))
example(named("ThresholdHits"), binary, normal(3))
example(named("ThresholdHits", 0.2), binary, normal(3))

example(named("Einsum", "aij,jk->aik"), normal(4, 3), weight(3, 2))
example(named("Einsum", "aecd,abcd->acbe"), normal(2, 3, 4), normal(6, 3, 4))
example(named("Einsum", "acbe,aecd->abcd"), normal(3, 4, 2), normal(2, 3, 4))
example(named("Einsum", "abcd,cde->abe"), normal(2, 3, 4), weight(3, 4, 6))
example(named("Einsum", "...ab,bc->...ca"), normal(2, 3, 4), weight(4, 6))
example(named("Einsum", "ab...,bc->ac..."), normal(2, 3, 4), weight(2, 6))
example(named("Einsum", "ai,aj->aji"), normal(3), normal(4))
example(named("Einsum", "aij->a"), normal(3, 4))
example(named("Einsum", "aij,ik->ka"), normal(2, 3), weight(2, 4))
example(named("Einsum", "aii->ia"), normal(3, 3))
example(named("Einsum", "aii,ij,k->aj"), normal(3, 3), weight(3, 4), weight(2))
example(named("Einsum", "aij,aij->ai"), normal(1, 3), normal(4, 1))
example(named("Einsum", "...i,...i->..."), normal(2, 3), weight(3))

example(named("PositionMask"), normal(3, 2), normal(4, 2))
example(named("PositionMask", False, 2, -2), normal(2, 4, 2), normal(2, 3, 2))
example(named("PositionMask", True, 2), normal(4), normal(4))

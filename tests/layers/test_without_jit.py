"""Compiled loops and plain Python compute the same."""

import os
import subprocess
import sys

import numpy as np

from tests.layers.results import results


def test_ops_layers_and_optimizers_compute_the_same_with_and_without_the_jit(tmp_path):
    path = tmp_path / "plain.npz"
    plain = {**os.environ, "FUNCLAB_JIT": "0"}
    subprocess.run([sys.executable, "-m", "tests.layers.results", path], env=plain, check=True)
    with np.load(path) as file:
        names, *arrays = (file[key] for key in file.files)

    compiled = results()

    assert list(compiled) == list(names)
    for (name, array), expected in zip(compiled.items(), arrays, strict=True):
        assert array.dtype == expected.dtype, name
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, expected, rtol=1e-6, atol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(array, expected, err_msg=name)

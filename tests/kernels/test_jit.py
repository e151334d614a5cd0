"""The decorator of the numeric loops."""

import gc
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from funclab.engine.kernels.jit import jit
from tests.project.source import PACKAGE


@jit
def double(x, out):
    for i in range(x.size):
        out[i] = x[i] + x[i]


@jit
def quadruple(x, out):
    double(x, out)
    double(out, out)


@jit
def difference(x, y, out):
    for i in range(x.size):
        out[i] = x[i] - y[i]


@jit
def backwards(x):
    out = np.empty_like(x)
    for i in range(x.size):
        out[i] = x[x.size - 1 - i]
    return out


@jit
def add_backwards(x, out):
    y = backwards(x)
    for i in range(x.size):
        out[i] = x[i] + y[i]


@jit
def quotient(x, y, out):
    for i in range(x.size):
        out[i] = x[i] / y[i]


def test_loops_call_each_other():
    out = np.empty(3)

    quadruple(np.array([1.0, 2.0, 3.0]), out)

    np.testing.assert_array_equal(out, [4, 8, 12])


def test_a_loop_may_call_one_that_makes_an_array():
    out = np.empty(3)

    add_backwards(np.array([1.0, 2.0, 4.0]), out)

    np.testing.assert_array_equal(out, [5, 4, 5])


@pytest.mark.parametrize("collects", [True, False])
def test_compiling_leaves_garbage_collection_as_it_was(collects: bool):
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        double(np.zeros(3, np.int16 if collects else np.int8), np.zeros(3))

        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loop_takes_both_float_types(dtype: str):
    x = np.array([1, 2], dtype)
    out = np.empty_like(x)

    double(x, out)

    np.testing.assert_array_equal(out, [2, 4])


@np.errstate(all="ignore")
def test_nan_and_infinity_survive():
    x = np.array([np.inf, np.nan, np.inf])
    y = np.array([np.inf, 1.0, 1.0])
    out = np.empty(3)

    difference(x, y, out)

    np.testing.assert_array_equal(out, [np.nan, np.nan, np.inf])


@np.errstate(all="ignore")
def test_a_division_by_zero_gives_infinity():
    out = np.empty(2)

    quotient(np.array([1.0, 0.0]), np.zeros(2), out)

    np.testing.assert_array_equal(out, [np.inf, np.nan])


@pytest.mark.parametrize(("setting", "kind"), [("0", "function"), ("1", "_Loop")])
def test_the_environment_decides_whether_loops_are_compiled(setting: str, kind: str):
    program = "from funclab.engine.kernels import dense; print(type(dense.bias_rows).__name__)"
    settings = {**os.environ, "FUNCLAB_JIT": setting}

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=settings
    )

    assert run.stdout.strip() == kind


def test_decorating_a_loop_does_not_import_numba():
    program = "import sys; import funclab.engine.kernels.losses; print('numba' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert run.stdout.strip() == "False"


def test_where_nothing_can_be_written_loops_are_kept_for_the_process(tmp_path):
    copy = tmp_path / "funclab"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "engine" / "kernels" / "__pycache__").write_text(
        "a file, so that no folder can be made here"
    )
    nowhere = {"HOME": os.devnull, "XDG_CACHE_HOME": f"{os.devnull}/x", "IPYTHONDIR": os.devnull}
    nowhere["NUMBA_CACHE_DIR"] = ""
    environment = {**os.environ, **nowhere, "PYTHONPATH": str(tmp_path)}
    environment |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "FUNCLAB_JIT": "1",
        "MPLCONFIGDIR": str(tmp_path),
    }
    code = (
        "import numpy as np\nfrom funclab.engine.kernels.elementwise import relu, relu_vjp\n"
        "x = np.array([-1, 2], 'float32')\nrelu(x, x)\nrelu_vjp(x, x, x)\nprint(x)"
    )

    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True
    )

    assert "[0" in run.stdout, run.stderr
    assert run.stderr.count("Set NUMBA_CACHE_DIR to a folder that lasts") == 1
    assert run.stderr.startswith("<string>:4: UserWarning")


def test_a_loop_on_the_disk_is_loaded_without_what_only_compiling_needs(tmp_path):
    code = (
        "import sys, numpy as np\nfrom funclab.engine.kernels.elementwise import relu\n"
        "x = np.array([-1, 2], 'float32')\nrelu(x, x)\n"
        "print(x.tolist(), 'numba.cpython.hashing' in sys.modules, end=' ')\n"
        "x = np.array([-1, 2], 'float64')\nrelu(x, x)\nprint(x.tolist())"
    )
    environment = {**os.environ, "FUNCLAB_JIT": "1", "NUMBA_CACHE_DIR": str(tmp_path)}

    printed = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]

    assert printed == ["[0.0, 2.0] True [0.0, 2.0]", "[0.0, 2.0] False [0.0, 2.0]"]

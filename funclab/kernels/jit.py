"""The one decorator for numeric loops.

`@jit` compiles a loop with numba the first time it is called, and keeps the machine code on disk.
With the environment variable `FUNCLAB_JIT=0` the loop stays plain Python: the readable truth, slow
and good for small shapes, for a debugger, and where numba does not exist.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from funclab.errors import warn

ENABLED = os.environ.get("FUNCLAB_JIT", "1") != "0"

# NaN and inf must survive, so that students see them: the flags that assume they never occur
# ("nnan", "ninf", and with them fastmath=True) stay out.
FAST = {"contract", "reassoc", "nsz", "arcp", "afn"}


def jit(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `loop` on first use; numba itself is imported only then."""
    return _Loop(loop) if ENABLED else loop


@functools.cache
def temporary_cache() -> str:
    """A folder for machine code that lasts as long as this process."""
    folder = tempfile.mkdtemp(prefix="funclab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    warn(
        "Neither funclab's folder nor the home folder can be written, so compiled loops are kept "
        f"in {folder} until this process ends. Set NUMBA_CACHE_DIR to a folder that lasts.",
    )
    return folder


class _Loop:
    def __init__(self, loop: Callable[..., Any]) -> None:
        functools.update_wrapper(self, loop)
        self.loop = loop

    @functools.cached_property
    def compiled(self) -> Callable[..., Any]:
        import numba

        scope = self.loop.__globals__
        # Loops call each other by their global names: numba must find compiled loops there.
        for name in self.loop.__code__.co_names:
            if isinstance(scope.get(name), _Loop):
                scope[name] = scope[name].compiled
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": FAST}
        compiler = numba.njit(cache=True, **options)
        try:
            scope[self.loop.__name__] = compiler(self.loop)
        except RuntimeError:  # neither the package's folder nor the home can be written
            numba.config.CACHE_DIR = temporary_cache()
            scope[self.loop.__name__] = compiler(self.loop)
        return scope[self.loop.__name__]

    def __call__(self, *arrays: Any) -> Any:
        return self.compiled(*arrays)

"""The one decorator for numeric loops.

`@jit` compiles a loop with numba the first time it is called, and caches the machine code on disk.
`@jit(numpy=form)` also names the same computation in NumPy, as a readable reference for the loop.
It runs if numba is not installed, or if the environment variable `FUNCLAB_JIT` is 0. With
`FUNCLAB_JIT=loops` the loops run as plain Python: slow, but good for debugging.
"""

from __future__ import annotations

import atexit
import functools
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, overload

from funclab.config import without_collection
from funclab.errors import warn

SETTING = os.environ.get("FUNCLAB_JIT", "1")
ENABLED = SETTING not in ("0", "loops") and find_spec("numba") is not None

# NaN and inf must be kept, so that students see them: the flags that assume they never occur
# ("nnan", "ninf", and fastmath=True, which includes them) are left out.
FAST = {"contract", "reassoc", "nsz", "arcp", "afn"}

KNOWN_TO_LOAD = {(0, minor) for minor in range(61, 69)}
"""The releases of numba whose internals `load` may use; others load their cache as usual."""


Function = Callable[..., Any]

FORMS: dict[Function, Function] = {}
"""The NumPy form of each loop, or the loop itself."""


@overload
def jit(loop: Function) -> Function: ...
@overload
def jit(*, numpy: Function = ..., inline: bool = ...) -> Callable[[Function], Function]: ...
def jit(
    loop: Function | None = None, *, numpy: Function | None = None, inline: bool = False
) -> Any:
    """Compile `loop` on first use; only then is numba imported. `numpy`: its NumPy form; `inline`:
    whether it becomes a part of the loops that call it, for loops that take no longer than a call.
    """
    if loop is None:
        return functools.partial(jit, numpy=numpy, inline=inline)
    FORMS[loop] = numpy or loop
    if ENABLED:
        return _Loop(loop, inline)
    return loop if SETTING == "loops" else FORMS[loop]


def at_once(first: int, last: int) -> tuple[slice]:
    """The elements from `first` to `last` as one slice: a loop over it is a line of NumPy."""
    return (slice(first, last),)


span = range if ENABLED or SETTING == "loops" else at_once
"""What a loop goes over that reads the same compiled and in NumPy."""


@functools.cache
def temporary_cache() -> str:
    """A folder for machine code that lasts as long as this process."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="funclab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    warn(
        "Neither funclab's folder nor the home folder can be written, so compiled loops are kept "
        f"in {folder} until this process ends. Set NUMBA_CACHE_DIR to a folder that lasts."
    )
    return folder


def load(cache: Any, signature: Any, context: Any) -> Any:
    """Machine code from the disk cache, without loading what numba needs only for compiling.

    That saves a third of a second and 15 MB in each process. A loop that is not on disk is compiled
    as usual: numba then loads the rest itself.
    """
    from numba.core.runtime import rtsys

    rtsys.initialize(context)
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, context)


class Symbol:
    """A function of the C library for compiled loops to call: without arguments, it returns an int.
    In plain Python it does nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> int:
        return 0

    @property
    def compiled(self) -> Any:
        from numba.core import types

        return types.ExternalFunction(self.name, types.int32())


class _Loop:
    def __init__(self, loop: Callable[..., Any], inline: bool) -> None:
        functools.update_wrapper(self, loop)
        self.loop, self.inline = loop, inline

    @functools.cached_property
    def compiled(self) -> Callable[..., Any]:
        with without_collection():
            import numba

        scope = self.loop.__globals__
        # Loops call each other by their global names: numba must find compiled loops there.
        for name in self.loop.__code__.co_names:
            if isinstance(scope.get(name), (_Loop, Symbol)):
                scope[name] = scope[name].compiled
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": FAST}
        options["forceinline"] = self.inline
        options["no_cfunc_wrapper"] = True  # an entry point for C, which nobody uses
        compiler = numba.njit(cache=True, **options)
        try:
            compiled = compiler(self.loop)
        except RuntimeError:  # neither the package's folder nor the home folder is writable
            numba.config.CACHE_DIR = temporary_cache()
            compiled = compiler(self.loop)
        if numba.version_info.short in KNOWN_TO_LOAD:
            compiled._cache.load_overload = functools.partial(load, compiled._cache)
        compiled.compile = without_collection()(compiled.compile)
        scope[self.loop.__name__] = compiled
        return compiled

    def __call__(self, *arrays: Any) -> Any:
        return self.compiled(*arrays)

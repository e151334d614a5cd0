"""`%%keras`: lines for a real Keras, which a lesson can show without one.

Keras is not among funclab's requirements. Where it is installed, the lines run in the notebook;
elsewhere the notebook shows what they printed when the lesson was written.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from types import ModuleType
from typing import Any

from funclab.errors import MissingPackageError
from funclab.saving.exchange import is_real, real_keras
from funclab.teach import course
from funclab.view.draw.sentences import say
from funclab.view.lesson.in_keras import KerasView

OF_KERAS: dict[str, ModuleType] = {}
"""The modules of the real Keras, while they are taken out of the session."""


def in_keras(lines: str, names: dict[str, Any]) -> KerasView:
    """Run lines with the variables of the notebook, if a real Keras is installed, and show what
    they printed, or the error that stopped them; without Keras, show the recorded output.

    `lines`: the source. `names`: the variables of the notebook.
    """
    record = course.read(course.HERE / "in_keras.toml")
    printed = {cell["lines"].strip(): cell["printed"].strip() for cell in record["cell"]}
    recorded = printed.get(lines.strip(), "")
    of_record = say("lesson_keras_recorded", **{**record, "cell": ""})
    with keras_alone():
        try:
            version = real_keras().__version__
        except MissingPackageError:
            heading = of_record if recorded else say("lesson_keras_absent")
            return KerasView(heading, recorded or say("lesson_keras_install"), recorded)
        now = run(lines, names)
    shown = now if recorded in ("", now) else f"{now}\n\n{of_record}:\n{recorded}"
    return KerasView(say("lesson_keras_here", version=version), shown, recorded)


def run(lines: str, names: dict[str, Any]) -> str:
    """What lines print, and the error that stops them if one does."""
    text = io.StringIO()
    with redirect_stdout(text):
        try:
            exec(compile(lines, "<lines for Keras>", "exec"), names)
        except (Exception, SystemExit) as error:  # the error is what the lesson wants to show
            print(f"{type(error).__name__}: {error}")
    return text.getvalue().strip()


@contextmanager
def keras_alone() -> Iterator[None]:
    """Make `import keras` mean the real Keras for a while, and afterwards what it meant before:
    nothing, or funclab after `install_as_keras`. A Keras that the notebook has imported stays.
    """
    if is_real(sys.modules.get("keras")):
        yield
        return
    before, finders = taken(), list(sys.meta_path)
    sys.modules.update(OF_KERAS)
    sys.meta_path[:] = [finder for finder in finders if "keras2" not in type(finder).__module__]
    try:
        yield
    finally:
        OF_KERAS.update(taken())
        sys.modules.update(before)
        sys.meta_path[:] = finders


def taken() -> dict[str, ModuleType]:
    """Take all modules of Keras out of the session, and return them."""
    names = [name for name in sys.modules if name == "keras" or name.startswith("keras.")]
    return {name: sys.modules.pop(name) for name in names}

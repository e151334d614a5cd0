"""Adds the JupyterLab extension and the lessons to the wheel; called only by hatchling."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabExtension(BuildHookInterface):
    """Writes the extension for each wheel and each editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # funclab itself needs NumPy, which is not installed during the build; these files do not.
        for name in ("funclab", "funclab.view"):
            package = ModuleType(name)
            package.__path__ = [str(Path(self.root, *name.split(".")))]
            sys.modules[name] = package
        from funclab.view.notebook import labextension

        folder = Path(self.root, "build", "labextension")
        labextension.write(folder, self.metadata.version)
        build_data["shared_data"][str(folder)] = labextension.FOLDER
        if version == "standard":  # an editable install uses the lessons in the clone
            for lesson in Path(self.root, "notebooks").glob("*.ipynb"):
                build_data["force_include"][str(lesson)] = f"funclab/notebooks/{lesson.name}"

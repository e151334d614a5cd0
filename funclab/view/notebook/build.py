"""Adds the JupyterLab extension and the lessons to the wheel; called only by hatchling."""

from __future__ import annotations

import json
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
            lessons = Path(self.root, "build", "wheel-notebooks")
            for lesson in write_lessons(Path(self.root, "notebooks"), lessons):
                build_data["force_include"][str(lesson)] = f"funclab/notebooks/{lesson.name}"


VIEW = "application/vnd.funclab.view+json"
"""As in `renderer.js`."""


def write_lessons(source: Path, folder: Path) -> list[Path]:
    """The lessons as they are packed: where a view is stored with its SVG, its PNG is left out.
    It is for pages that show neither, such as GitHub's, and would be a quarter of the wheel."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(source.glob("*.ipynb")):
        lesson = json.loads(path.read_text(encoding="utf-8"))
        for cell in lesson["cells"]:
            for output in cell.get("outputs", []):
                if {VIEW, "image/svg+xml"} <= output.get("data", {}).keys():
                    output["data"].pop("image/png", None)
        text = json.dumps(lesson, indent=1, ensure_ascii=False) + "\n"
        written.append(folder / path.name)
        written[-1].write_text(text, encoding="utf-8")
    return written

"""The extension with which JupyterLab 4 and Notebook 7 show live views, made when funclab is built.

It consists of `extension.js`, of one module for each view, and of one with what they share; other
front ends get the same scripts through anywidget. Browsers cache the files of an extension for a
year, so their address ends with a hash of all of them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from funclab.view.live.assets import bundle, modules

FOLDER = "share/jupyter/labextensions/funclab"
"""Where it is installed, from `sys.prefix`."""


def files(version: str) -> dict[str, str]:
    """The text of every file of the extension, by its path."""
    static = {f"static/{name}": text for name, text in modules().items()}
    static["static/remoteEntry.js"] = bundle("extension")
    digest = hashlib.sha256(json.dumps(static, sort_keys=True).encode()).hexdigest()[:16]
    load = f"static/remoteEntry.js?v={digest}"
    build = {"load": load, "extension": "./extension", "mimeExtension": "./mimeExtension"}
    about = {"name": "funclab", "version": version, "jupyterlab": {"_build": build}}
    return {"package.json": json.dumps(about, indent=2), **static}


def write(folder: Path, version: str) -> None:
    """Write the extension into a folder."""
    for name, text in files(version).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

"""Sending logs to a server."""

from __future__ import annotations

import importlib
import json
import urllib.parse

from funclab.callbacks.base import Callback, Logs, with_fields
from funclab.errors import warn


@with_fields
class RemoteMonitor(Callback):
    """Sends the logs of every epoch to a server, as JSON: in the form field `field`, or alone.

    If the server cannot be reached, there is a warning.
    """

    root: str = "http://localhost:9000"
    path: str = "/publish/epoch/end/"
    field: str = "data"
    headers: dict[str, str] | None = None
    send_as_json: bool = False

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        numbers = {
            name: value.tolist() if hasattr(value, "tolist") else value
            for name, value in (logs or {}).items()
        }
        text = json.dumps({"epoch": epoch, **numbers})
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        body = text if self.send_as_json else urllib.parse.urlencode({self.field: text})
        headers = {"Content-Type": kind, **(self.headers or {})}
        web = importlib.import_module("urllib.request")  # slow to import, and rarely needed
        request = web.Request(self.root + self.path, body.encode(), headers)
        try:
            web.urlopen(request, timeout=10).close()
        except OSError:
            warn(f"Could not reach RemoteMonitor root server at {self.root}")

"""The key of a class: files that are exported with it show whether they were changed afterwards.

Teacher and students have the same key, so a signature says that a file was exported with it, and
has not been changed since; it does not say who did the work. Whoever has the key, as each student
does, and knows Python well, can sign anything.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path
from typing import Any

from funclab.errors import DataError, FileError
from funclab.files import as_path, json_lines, write_text
from funclab.files.json_lines import Unusable

FORM = re.compile(r"funclab-key-[0-9a-f]{32}")
LARGEST = 2**10
FIELD = "signature"


class NotSigned(Unusable):
    """Why a file does not count for a class: the name of a sentence, and what it tells."""

    def __init__(self, sentence: str, **told: str) -> None:
        super().__init__(sentence)
        self.sentence, self.told = sentence, told


def new_key(path: Path) -> str:
    """Write a new key to a file; returns the key.

    Raises: FileError if there is such a file already, or it cannot be written.
    """
    if path.exists():
        raise FileError(
            f"There is already a file {str(path)!r}.",
            why="a new key replaces none: what was signed with the old one could not be checked.",
            fix="give another name: funclab class-key autumn.key.",
        )
    key = f"funclab-key-{secrets.token_hex(16)}"
    write_text(path, f"{key}\n")
    return key


def read_key(given: Any) -> str | None:
    """The key in a file that `funclab class-key` wrote, or the key itself as text; None for None.

    Raises: FileError if the file cannot be read; DataError if it has no key; ArgumentError for what
    is no path.
    """
    if given is None or (isinstance(given, str) and FORM.fullmatch(given)):
        return given
    path = as_path(given)
    try:
        text = json_lines.read(path, LARGEST).strip()
    except OSError as error:
        raise FileError(
            f"The key {str(path)!r} was not read: {error.strerror or error}.",
            why="a class's key is in a file that its teacher made and handed out.",
            fix="correct the path. A teacher makes a key once: funclab class-key.",
        ) from error
    except Unusable:
        text = ""
    if not FORM.fullmatch(text):
        raise DataError(
            f"There is no class's key in {str(path)!r}.",
            why="a key is one line, funclab-key- and 32 digits from 0 to f.",
            fix="get the file again from the teacher, who has made it: funclab class-key.",
        )
    return text


def id_of(key: str) -> str:
    """Eight digits that tell a key from others, and do not give it away.

    >>> id_of("funclab-key-" + 32 * "0")
    'a5a84298'
    """
    return hashlib.sha256(f"id of {key}".encode()).hexdigest()[:8]


def signature(data: Any, key: str) -> str:
    """What only a key gives for this value of JSON, whatever its white space and line ends."""
    text = json.dumps(data, sort_keys=True)
    return f"{id_of(key)}:{hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def signed(text: str, key: str | None) -> str:
    """The text of a JSON object, with the signature as its last field; without a key, as it is."""
    if key is None:
        return text
    made = json.dumps(signature(json.loads(text), key))
    return f'{text.rstrip().removesuffix("}").rstrip()},\n "{FIELD}": {made}\n}}\n'


def checked(text: str, key: str) -> str:
    """What was signed with a key, as JSON, if the signature of a file's text is right.

    Raises: NotSigned.
    """
    try:
        data = json_lines.parsed(text)
    except Unusable as error:
        raise NotSigned("class_cut", why=str(error)) from error
    found = data.pop(FIELD, None) if isinstance(data, dict) else None
    if not isinstance(found, str):
        raise NotSigned("class_unsigned")
    if found.partition(":")[0] != id_of(key):
        raise NotSigned("class_other_key")
    if found != signature(data, key):
        raise NotSigned("class_changed")
    return json.dumps(data)

"""What a class says: the rows of `teach.Class`, the numbers of its CSV file, and the words of its
page, each as a table by what it is about."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Said = dict[tuple[Any, ...], Any]
STUCK = re.compile(r"^(.+) at (\w+): (.*); (.+) read\.$")


def numbers(path: Path) -> Said:
    """The rows of the CSV file: a value, and the ends of its interval if it has one."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found: Said = {}
    for row in rows:
        key = row["part"], row["about"], row["measure"]
        values = tuple(float(row[name]) for name in ("value", "low", "high") if row[name])
        found.setdefault(key, []).append(values)
    return found


def rows(room: Any) -> Said:
    """What `teach.Class` returns, beyond the numbers that the CSV file has, too."""
    found: Said = {("students",): [one.code for one in room.students]}
    for row in room.items():
        found["by third", row["question"]] = row["by_third"]
        found["flags", row["question"]] = row["flags"]
    for one in room.held:
        found["holds", one.known.number] = one.ever, one.now
    found["order",] = [row["misconception"] for row in room.beliefs()]
    for row in room.exercises():
        key = row["student"], row["exercise"]
        found["mistakes", *key] = row["mistakes"]
    found["stuck",] = {(row["student"], row["exercise"]) for row in room.stuck()}
    programs = ("exercise", "mistake", "misconception", "students", "still", "lines")
    found["programs",] = [tuple(row[name] for name in programs) for row in room.programs()]
    test = room.gain()
    found["test",] = (test["students"], test["reliability"]) if test else None
    return found


def words(path: Path) -> Said:
    """The words of the page."""
    _, begin, rest = path.read_text(encoding="utf-8").partition("<main>")
    inner, end, _ = rest.partition("</main>")
    main = ElementTree.fromstring(begin + inner + end)
    found: Said = {("title",): _text(main.find("h1"))}
    for section in main.iter("section"):
        title = _text(section.find(".//h2"))
        for key, value in _section(title, section):
            found[key] = value
    return found


def _section(title: str, section: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if title.startswith("Class of"):
        yield ("lessons",), _text(section.find(".//small"))
        for tile in section.iter("div"):
            if tile.find("dt") is not None:
                value = tuple(map(_text, tile.find("dd")))
                yield ("tile", _text(tile.find("dt"))), value
        yield ("notes",), sorted(_text(one) for one in section.iter("li"))
    elif title == "What the class believes":
        told = [(_text(row.find("p")), _text(row.find("span"))) for row in _of(section, "fl-row")]
        yield ("believes",), told
        cards = [[_text(part) for part in card] for card in section.iter("article")]
        yield ("begin with",), cards
    elif title.startswith("Questions of lesson"):
        for card in section.iter("article"):
            yield from _question(card)
    elif title == "Wrong programs worth a minute":
        yield ("programs",), [[_text(part) for part in card] for card in section.iter("article")]
    elif title == "Concept test":
        for row in _of(section, "fl-row"):
            number, _, asked = _text(row.find("p")).partition(". ")
            yield ("item", int(number)), (asked, _text(row.find("span")))
        yield ("reliability",), _text(_of(section, "fl-foot")[0]) if _of(section, "fl-foot") else ""
    elif title == "Exercises":
        yield from _exercises(section)
    else:
        yield ("unknown section", title), True


def _question(card: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    name = _text(card.find("h3"))
    for i, row in enumerate(_of(card, "fl-row")):
        yield ("option", name, i), [_text(row.find("p")), *map(_text, row.findall("span"))]
    flag = _text(_of(card, "fl-flag")[0])
    yield ("told", name), re.findall(r"\S[^.]*(?:\.\d[^.]*)*\.", flag)


def _exercises(section: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for table in section.iter("table"):
        _, *names = [_text(one) for one in table.find("thead").iter("th")]
        yield ("columns",), names
        for row in table.find("tbody").iter("tr"):
            code = _text(row.find("th"))
            for name, cell in zip(names, row.findall("td"), strict=True):
                yield ("cell", code, name), (_text(cell), cell.get("class") or "")
    for row in _of(section, "fl-row"):  # on the wall
        yield ("solved by", _text(row.find("p"))), _text(row.find("span"))
    for card in section.iter("article"):
        [(code, name, tried, hints)] = STUCK.findall(_text(card))
        yield ("stuck", code, name), (tried, hints)
    yield ("hard",), [_text(one) for one in section.iter("li")]


def _of(part: Any, kind: str) -> list[Any]:
    """The elements of a class."""
    return [one for one in part.iter() if kind in (one.get("class") or "").split()]


def _text(part: Any) -> str:
    return "".join(part.itertext())

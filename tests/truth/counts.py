"""How much of what the course says is tied to programs, and how much is not."""

from __future__ import annotations

import tomllib

from tests.truth.claims import EVERYWHERE, HERE, Unit, asked, claims, questions, units


def untied() -> dict[Unit, str]:
    """What is tied to no program, and why."""
    rows = tomllib.loads((HERE / "untied.toml").read_text(encoding="utf-8"))["untied"]
    return {(row["where"], text): row["why"] for row in rows for text in row["text"]}


def tied() -> set[Unit]:
    """What is tied to a program."""
    found = {sentence for claim in claims() for sentence in claim.sentences}
    for claim in claims():
        if claim.question:
            item = asked(claim.question)
            found.add((claim.question, item.options[item.answer].text))
    return found


def counted() -> str:
    """The counts, in a few lines."""
    every, by_programs = units(), tied()
    lines = [
        f"{len(every)} right options, sentences to keep and sentences about Keras: "
        f"{sum(unit in by_programs for unit in every)} tied to {len(claims())} programs, "
        f"{sum(unit in untied() for unit in every)} not tied, with a reason; "
        f"{len(by_programs - {*every})} other sentences tied."
    ]
    for here in EVERYWHERE:
        on = [claim for claim in claims() if here in claim.on]
        lines.append(f"  {here}: {len(on)} programs")
    wrong = sum(not option.right for item in questions() for option in item.options)
    lines.append(f"{wrong} options are marked wrong.")
    return "\n".join(lines)

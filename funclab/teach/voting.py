"""A class that votes by raising cards: the cards to print, and the question on the projector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from funclab.teach import course
from funclab.teach.records.keeping import record_vote
from funclab.view.draw.theme import check_look
from funclab.view.lesson.cards import Cards
from funclab.view.lesson.vote import VoteView


def cards(*, fold: bool = False, look: str = "light") -> Cards:
    """Cards A to D to print, so that a class can answer a question without any device.

    Each has a letter, a sign and a colour; letter and sign need neither colour vision nor a colour
    printer. `cards().save("cards.html")`, or `funclab.export_html`, writes a page to print from a
    browser; the notebook shows small versions of all four.

    `fold` (default False): whether all four are on one page, a quarter each, to be folded twice so
    that the chosen letter is in front; otherwise each has a page. `look` (default "light"): "print"
    draws them in black.

    Raises: ArgumentError for an unknown look.

    >>> cards()
    <Cards: Cards A, B, C, D>
    """
    return Cards(fold=fold, look=check_look(look))


def vote(
    question: str,
    *,
    first: Sequence[int] = (),
    second: Sequence[int] = (),
    ended: int = 0,
    covers: bool = True,
    look: str | None = None,
) -> VoteView:
    """A question of the course for a whole class, which votes twice by raising cards A to D.

    The teacher counts by key: a letter is one card more, with Shift one card less, and a number
    typed after a letter is the count of that letter. Enter ends the first vote; the class talks;
    Enter ends the second; then both are shown side by side, with the answer and an explanation of
    the most frequent wrong option. U undoes the last key, S shows the answer without a second vote,
    R starts over for the next class. The next view of the notebook stays covered until the answer
    is shown. Both votes are recorded in the teacher's progress, and exported with it.

    The counts stay hidden until both votes have ended: a class that sees the first result follows
    its majority instead of the better reason (Perez et al., "Does displaying the class results
    affect student discussion during peer instruction?", CBE Life Sciences Education 9, 2010).

    `question`: its name, such as "5.1". `first`, `second` (lists of int): initial counts, by
    option. `ended` (0, 1 or 2): how many votes have ended. `covers` (default True): whether it
    covers the next view. `look`: see `funclab.view.live.view.View`; "projector" is for a class.

    Raises: NameLookupError for an unknown question; ArgumentError for invalid counts.

    >>> vote("5.1")
    <Vote 5.1>
    """
    item = course.question(question)
    return VoteView(
        item.id,
        item.text,
        [asdict(option) for option in item.options],
        item.reveal,
        state={"first": list(first), "second": list(second), "ended": ended},
        covers=covers,
        record=partial(record_vote, item.id),
        look=look,
    )

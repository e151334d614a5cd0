"""`ask`: a question of the course, which covers the next view until it is answered."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from funclab.errors import ArgumentError
from funclab.teach import course
from funclab.teach.records.keeping import answers_to, record_answer
from funclab.teach.records.so_far import order_of, strip_of
from funclab.view.lesson.question import MOST_ANSWERS, QuestionView


def ask(
    question: str, *, votes: int = 1, covers: bool = True, look: str | None = None
) -> QuestionView:
    """A question of the course; the outputs below it, up to the next question, exercise or heading,
    stay covered until it is answered.

    Keys 1 to 4 or a click choose an option, 0 is "show me". The feedback is about the chosen
    option. After a wrong answer there is a second try before the answer opens, if there are more
    than two options. Each student sees the options in an order of their own; where no progress is
    kept (FUNCLAB_PROGRESS=off), in that of the course. The answer is recorded in the student's
    progress. Nothing ever blocks: with Run All the cells below run, and their views stay covered.

    `question`: its name, such as "5.1". `votes` (default 1): how many answers come before the
    reveal; with 2, a class votes, talks and votes again. `covers` (default True): whether it covers
    them, which a question on an earlier lesson need not do: that is asked anew, and with
    other numbers, if it has such a form. `look`: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown question; ArgumentError for fewer than one vote.

    >>> ask("1.1")
    <Question 1.1>
    """
    item = course.question(question) if covers else course.recalled(question)
    if type(votes) is not int or votes < 1:
        raise ArgumentError(
            f"ask was given votes={votes!r}.",
            why="it is the number of answers before the reveal, 1 or more.",
            fix=f'write ask("{item.id}"), or ask("{item.id}", votes=2).',
        )
    before = answers_to(item.id, votes=votes > 1) if covers else []
    given = [one for one in before if one is None or one < len(item.options)]
    return QuestionView(
        item.id,
        item.text,
        [asdict(option) for option in item.options],
        item.reveal,
        votes=votes,
        covers=covers,
        order=order_of(item),
        strip=strip_of(item.id) if covers else None,
        given=given[-MOST_ANSWERS // 2 :],
        record=partial(record_answer, item.id, vote=votes > 1),
        look=look,
    )


def question_text(question: str, recalled: bool = False) -> str:
    """The Markdown of a question, for the cell above `ask`: pages that cannot ask show this.
    `recalled`: whether a later lesson asks it.

    >>> print(question_text("1.5").splitlines()[2])
    - **1** a model that ends in `rule`
    """
    return text_of(course.recalled(question) if recalled else course.question(question))


def text_of(item: course.Question) -> str:
    """The Markdown of a question object."""
    options = [f"- **{i}** {option.text}" for i, option in enumerate(item.options, 1)]
    answer = f"**{item.answer + 1}.** {item.reveal}"
    lines = [f"**Question {item.id}.** {item.text}", "", *options, ""]
    lines += ["<details><summary>Without a kernel: the answer</summary>", "", answer]
    return "\n".join([*lines, "", "</details>"])

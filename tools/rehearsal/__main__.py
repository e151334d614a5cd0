"""`make rehearsal`: lesson 5 as a class of 50 minutes, in JupyterLab, with the keyboard only.

Five seats at once, each a browser window with a kernel of its own, on one server and one machine.
Prints every check with its time, and ends with an error if one failed.

    python -m tools.rehearsal [--seats 5] [--steps 7] [--no-demo]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import BROWSER_OPTIONS, program
from tests.browser.notebook_page import NotebookPage
from tests.browser.presenter import PROJECTOR
from tests.browser.server import Server, free_port, serve
from tools.rehearsal.demo import demonstrate
from tools.rehearsal.lesson import STEPS, handed_out
from tools.rehearsal.outcomes import Outcome, all_passed, table
from tools.rehearsal.seat import LONG, Seat

DOOR = threading.Lock()


def main() -> int:
    parser = argparse.ArgumentParser(prog="rehearsal", description="Lesson 5 as a class.")
    parser.add_argument("--seats", type=int, default=5, help="how many at once (5)")
    parser.add_argument("--steps", type=int, default=len(STEPS), help="only the first steps")
    parser.add_argument("--no-demo", action="store_true", help="without the demonstration")
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        arguments = [*BROWSER_OPTIONS, f"--remote-debugging-port={port}"]
        with serve("lab", home / "lab") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program(), args=arguments)
            barrier = threading.Barrier(options.seats)
            threads = [
                threading.Thread(
                    target=sit_down, args=(number, home, server, port, barrier, outcomes, options)
                )
                for number in range(1, options.seats + 1)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            browser.close()
    load = os.getloadavg()[0]
    print(f"{options.seats} seats on {os.cpu_count()} cores; load at the end {load:.1f}")
    print(table(outcomes))
    demo = [] if options.no_demo else demonstrate()
    if demo:
        print(f"\nThe demonstration of ten minutes; its steps in place of minutes\n{table(demo)}")
    return 0 if all_passed([*outcomes, *demo]) else 1


def sit_down(number: int, home: Path, server: Server, port: int, barrier, outcomes, options):
    """One seat, from its first page to its last step, in a thread of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        try:
            with DOOR:  # the class comes in one by one
                start = time.perf_counter()
                seat = Seat(number, opened(browser, number, home, server), outcomes)
        except Exception as error:
            barrier.abort()
            outcomes.append(Outcome(0, "the lesson is up", number, 0, f"{error}"[:300]))
            return
        seat.note(0, "the lesson is up, and its kernel answers", time.perf_counter() - start)
        try:
            for begin, end, step in STEPS[: options.steps]:
                barrier.wait()
                walk(seat, begin, end, step)
        except threading.BrokenBarrierError:
            return  # a seat did not get in, which its outcome says
        finish(seat)


def opened(browser: Browser, number: int, home: Path, server: Server) -> NotebookPage:
    context = browser.new_context(viewport=PROJECTOR)
    context.set_default_timeout(LONG * 1000)
    return NotebookPage(context.new_page()).open(server, handed_out(home / f"seat{number}.ipynb"))


def walk(seat: Seat, begin: int, end: int, step) -> None:
    """One step at one seat. A step that cannot be completed counts as a failed check."""
    start, problem = time.perf_counter(), ""
    try:
        step(seat)
    except Exception as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        seat.keep_sight(f"{begin}-{step.__name__}-stopped")
    seconds = time.perf_counter() - start
    seat.keep_sight(f"{begin}-{step.__name__}")
    name = f"{step.__name__}: no seat falls behind its {end - begin} minutes"
    seat.note(begin, name, seconds, problem, within=60 * (end - begin))


def finish(seat: Seat) -> None:
    """What holds for the whole class."""
    silent = f"no sign at {', '.join(seat.silent)}" if seat.silent else ""
    longest = max(seat.seconds.values(), default=0)
    seat.note(50, "no wait over 5 s without a sign of progress (the longest)", longest, silent)
    complaints = [*seat.notebook.console_errors, *seat.notebook.outside_requests]
    seat.note(
        50, "the page complains of nothing and asks nobody else", 0, "; ".join(complaints)[:300]
    )


if __name__ == "__main__":
    sys.exit(main())

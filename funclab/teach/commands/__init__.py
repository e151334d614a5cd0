"""The command line, `funclab`; also `python -m funclab`.

Each command has its own file here; those for teachers are in `funclab.teach`. Nothing heavy is
imported until a command needs it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from funclab import __version__
from funclab.teach.commands import doctor, lab, warm
from funclab.errors import FunclabError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 1 when something needs attention."""
    parser = command_parser()
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "lab":
        return lab.lab(chosen.port, rest)
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    try:
        return chosen.run(chosen)
    except FunclabError as error:
        print(error, file=sys.stderr)
        return 1


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="funclab", description="See the Keras functional API.")
    parser.add_argument("--version", action="version", version=f"funclab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "lab",
        help="open JupyterLab on the first lesson",
        epilog="Other options, such as --no-browser, go to JupyterLab.",
    )
    command.add_argument("--port", type=int, default=8888, help="the first port to try")
    command = commands.add_parser("warm", help="compile the numeric loops, so that no lesson waits")
    command.set_defaults(run=lambda chosen: warm.warm())
    command = commands.add_parser(
        "doctor", help="check this installation; or put back the graded cells of a notebook"
    )
    command.add_argument("notebook", nargs="?", type=Path, help="one that may lack graded cells")
    command.add_argument("--from", dest="original", type=Path, help="as it was handed out")
    command.set_defaults(run=run_doctor)
    add_teaching(commands)
    return parser


def run_doctor(chosen: argparse.Namespace) -> int:
    if chosen.notebook is None:
        return doctor.doctor()
    return doctor.restore_cells(chosen.notebook, chosen.original)


def add_teaching(commands: argparse._SubParsersAction) -> None:
    """Add the commands for teachers."""
    add_will_it_run(commands)
    command = commands.add_parser(
        "check-notebooks", help="run notebooks again and compare what they show"
    )
    command.add_argument("paths", nargs="*", type=Path, default=[Path()], metavar="PATH")
    command.add_argument("--timeout", type=float, default=120, help="seconds for a cell")
    command.set_defaults(run=check_notebooks)

    add_class(commands)
    command = commands.add_parser("new-lesson", help="start a lesson of your own, here")
    command.add_argument("name", help="such as bees: letters, digits and _")
    command.set_defaults(run=new_lesson)

    command = commands.add_parser("check-lesson", help="try all programs of a lesson of your own")
    command.add_argument("file", type=Path, metavar="FILE.toml")
    command.add_argument("--write", action="store_true", help="put its words into the notebook")
    command.set_defaults(run=check_lesson)

    command = commands.add_parser("release", help="make assignments of nbgrader from lessons")
    command.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    command.add_argument("--course", type=Path, default=Path(), help="the folder of the course")
    command.add_argument("--points", type=float, default=1, help="points for each exercise")
    command.add_argument("--key", type=Path, help="the class's key, to hand out with each lesson")
    command.set_defaults(run=release)

    command = commands.add_parser("slides", help="write a notebook as slides, without a network")
    command.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    command.add_argument("--to", type=Path, metavar="FILE", help="the file to write")
    command.set_defaults(run=slides)


def add_class(commands: argparse._SubParsersAction) -> None:
    """Add the commands about what students hand in."""
    command = commands.add_parser("class", help="show a class at a glance, as one page")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="with the files handed in")
    command.add_argument("--out", type=Path, default=Path("class.html"), help="the page to write")
    command.add_argument("--csv", type=Path, help="also write all numbers, to this file")
    command.add_argument(
        "--lessons", default="", help="such as 1,2,bees.toml; default: those begun"
    )
    command.add_argument("--names", type=Path, help="a CSV file with a code and a name in each row")
    command.add_argument("--keep", type=float, default=180, help="days until a file is called old")
    command.add_argument("--look", default="auto", help="projector: for all to see, without codes")
    command.add_argument(
        "--key", type=Path, help="the class's key: only files signed with it count"
    )
    command.set_defaults(run=show_class)

    command = commands.add_parser("class-key", help="make a key by which a class signs its files")
    command.add_argument("file", nargs="?", type=Path, default=Path("class.key"), metavar="FILE")
    command.set_defaults(run=class_key)


def add_will_it_run(commands: argparse._SubParsersAction) -> None:
    """Add the command that checks programs of Keras."""
    command = commands.add_parser(
        "will-it-run", help="list what of a Keras or TensorFlow program will not run, by reading it"
    )
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="an .ipynb or .py file"
    )
    command.add_argument(
        "--run", action="store_true", dest="too", help="run it, too, with made-up data"
    )
    command.add_argument("--seconds", type=float, default=120, help="for a run; default: 120")
    command.set_defaults(run=will_it_run)


def release(chosen: argparse.Namespace) -> int:
    from funclab.teach import releasing

    return releasing.release(chosen.notebooks, chosen.course, chosen.points, chosen.key)


def slides(chosen: argparse.Namespace) -> int:
    from funclab.teach.slides import write_slides

    print(f"{write_slides(chosen.notebook, chosen.to)} is written.")
    return 0


def show_class(chosen: argparse.Namespace) -> int:
    from funclab.teach.classroom.room import Class
    from funclab.teach.own.lessons import use_lesson

    lessons = [name.strip() for name in chosen.lessons.split(",") if name.strip()]
    for i, name in enumerate(lessons):
        if name.endswith(".toml"):  # a lesson of the teacher's own
            use_lesson(name)
            lessons[i] = Path(name).stem
    about = {name: getattr(chosen, name) for name in ("names", "keep", "look", "key")}
    room = Class(chosen.folder, lessons=lessons, **about)
    print(room)
    if room.unforeseen():
        print(f"\n{room.unforeseen()}\n")
    for path in filter(None, (chosen.out, chosen.csv)):
        print(f"{room.save(path)} is written.")
    return 0


def class_key(chosen: argparse.Namespace) -> int:
    from funclab.teach.records import signing

    key = signing.new_key(chosen.file)
    print(f"{chosen.file} is the key {signing.id_of(key)} of a class: keep a copy.")
    print(f"Hand it out:       funclab release NOTEBOOK --key {chosen.file}")
    print('Students sign:     teach.my_progress("m94", key="class.key").save("me.json")')
    print(f"Only these count:  funclab class FOLDER --key {chosen.file}")
    return 0


def new_lesson(chosen: argparse.Namespace) -> int:
    from funclab.teach.own import starting

    starting.new_lesson(chosen.name)
    return 0


def check_lesson(chosen: argparse.Namespace) -> int:
    from funclab.teach.own import checks

    return checks.check_lesson(chosen.file, chosen.write)


def will_it_run(chosen: argparse.Namespace) -> int:
    from funclab.keras2.will_it_run import will_it_run

    reports = [will_it_run(path, chosen.too, chosen.seconds) for path in chosen.paths]
    print("\n\n".join(map(str, reports)))
    return 0 if all(report.runs for report in reports) else 1


def check_notebooks(chosen: argparse.Namespace) -> int:
    from funclab.teach import notebooks

    return notebooks.check_notebooks(chosen.paths, chosen.timeout)

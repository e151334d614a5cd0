"""What is installed: the wheel, its command, and the pins of the classroom image."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from funclab.view.notebook import labextension
from tests.project.source import PACKAGE, ROOT, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BINDER = ROOT / "binder"


def pins(path: Path = BINDER / "requirements.txt") -> dict[str, str]:
    lines = path.read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in wanted}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("funclab-*.whl"))


def test_the_wheel_holds_every_file_of_the_package(wheel):
    files = [path for path in PACKAGE.rglob("*") if path.is_file()]
    sources = {path.relative_to(ROOT).as_posix() for path in files if path.parent.name[0] != "_"}

    packed = set(zipfile.ZipFile(wheel).namelist())

    assert "funclab/py.typed" in packed
    assert sources <= packed


def test_the_wheel_brings_the_jupyterlab_extension_of_this_source_at_an_address_with_its_hash(
    wheel,
):
    packed = zipfile.ZipFile(wheel)
    folder = f"funclab-{PROJECT['version']}.data/data/{labextension.FOLDER}/"

    files = {
        name.removeprefix(folder): packed.read(name).decode()
        for name in packed.namelist()
        if name.startswith(folder)
    }

    assert files == labextension.files(PROJECT["version"])
    about = json.loads(files.pop("package.json"))
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    address = about["jupyterlab"]["_build"]["load"]
    assert address == f"static/remoteEntry.js?v={digest[:16]}"
    assert address.partition("?")[0] in files and "static/explorer.js" in files


def test_the_wheel_works_away_from_the_source(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = "import funclab; print(funclab.__file__, funclab.__version__)"

    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )

    assert run.stdout.split() == [str(tmp_path / "site/funclab/__init__.py"), PROJECT["version"]]


def test_the_wheel_names_the_licences_of_its_data_and_brings_their_notes(wheel):
    packed = zipfile.ZipFile(wheel)
    about = f"funclab-{PROJECT['version']}.dist-info/"
    notes = list((PACKAGE / "datasets").glob("*_LICENSE.txt"))

    said = packed.read(f"{about}METADATA").decode()

    [terms] = re.findall(r"^License-Expression: (.*)$", said, re.M)
    assert terms.split(" AND ") == ["BSD-3-Clause", "CC-BY-4.0", "CC0-1.0"]
    assert {f"{about}licenses/funclab/datasets/{path.name}" for path in notes} | {
        f"{about}licenses/LICENSE"
    } == {name for name in packed.namelist() if "/licenses/" in name}
    assert len(notes) == 2 and all("by/4.0" in path.read_text() for path in notes)
    assert "CC0" in (PACKAGE / "datasets/penguins.py").read_text()


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 6_000_000


def test_packed_lessons_lack_only_the_second_picture_of_what_is_stored_alive(wheel):
    packed = zipfile.ZipFile(wheel)
    saved = 0

    for path in (ROOT / "notebooks").glob("*.ipynb"):
        whole = json.loads(path.read_text(encoding="utf-8"))
        for cell in whole["cells"]:
            for output in cell.get("outputs", []):
                if "application/vnd.funclab.view+json" in output.get("data", {}):
                    assert "".join(output["data"]["image/svg+xml"]).startswith("<svg")
                    saved += len(output["data"].pop("image/png", ""))
        assert json.loads(packed.read(f"funclab/notebooks/{path.name}")) == whole

    assert saved > 2_000_000


def test_an_installed_funclab_brings_its_lessons_to_where_one_works(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    work = tmp_path / "work"
    (work / "notebooks").mkdir(parents=True)
    own = sorted((ROOT / "notebooks").glob("*.ipynb"))[1].name
    (work / "notebooks" / own).write_text("a student's own")
    program = "from funclab.teach.commands import lab; from pathlib import Path; "
    program += "lab.bring_lessons(Path.cwd())"

    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=work,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )

    assert str(work / "notebooks") in run.stdout, run.stderr
    lessons = {
        path.name: path.read_text() for path in (tmp_path / "site/funclab/notebooks").iterdir()
    }
    assert set(lessons) == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    lessons[own] = "a student's own"
    assert {path.name: path.read_text() for path in (work / "notebooks").iterdir()} == lessons


def test_binder_pins_every_dependency_within_its_bounds():
    bounds = {wanted.name: wanted.specifier for wanted in map(Requirement, PROJECT["dependencies"])}

    assert set(bounds) <= set(pins()), "pin the others in binder/requirements.txt"
    assert all(bounds[name].contains(pins()[name]) for name in bounds)


def test_binder_runs_a_python_that_funclab_supports():
    version = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")

    assert re.fullmatch(r"3\.\d+", version)
    assert int(version[2:]) >= int(PROJECT["requires-python"].removeprefix(">=3."))


def test_the_changelog_knows_this_version():
    heading = f"## {PROJECT['version']}"

    assert heading in (ROOT / "CHANGELOG.md").read_text(), f"CHANGELOG.md needs {heading}"


def test_the_citation_names_this_version_and_title():
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")

    assert f"version: {PROJECT['version']}\n" in cited
    assert f"license: {PROJECT['license'].partition(' AND ')[0]}\n" in cited  # of the program


def test_every_script_is_executable_where_it_is_run_by_name():
    for script in (BINDER / "postBuild", BINDER / "start", ROOT / ".ci/run"):
        assert script.stat().st_mode & 0o100, f"chmod +x {script}"


def test_nothing_but_the_agreed_names_lies_at_the_top():
    there = {name.partition("/")[0] for name in tracked()}
    agreed = {
        *("funclab", "tests", "tools", "docs", "bench", "notebooks", "binder", "pyproject.toml"),
        *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile"),
        "CITATION.cff",
    }

    strangers = {name for name in there if not name.startswith(".")} - agreed - {"PKG-INFO"}

    assert PACKAGE.name in there
    assert not strangers, "agree on them in tests/project/test_packaging.py"


def test_forged_notebooks_are_opened_in_the_oldest_and_in_newer_front_ends_that_are_allowed():
    oldest, newest = (pins(ROOT / f"tests/browser/{end}.txt") for end in ("oldest", "newest"))
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    bounds = {one.name: one.specifier for one in map(Requirement, wanted) if one.name in oldest}

    assert {*bounds} == {*oldest} == {*newest} >= {"jupyterlab", "notebook", "anywidget"}
    for name, allowed in bounds.items():
        least = next(one.version for one in allowed if one.operator == ">=")
        assert Version(least) == Version(oldest[name]) < Version(newest[name]), name
        assert newest[name] in allowed

"""The image for hubs and the recipes for conda say what pyproject.toml and Binder's files say."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from funclab.teach import commands
from tests.project.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BINDER = ROOT / "binder"
LINES = (BINDER / "hub/Dockerfile").read_text().replace("\\\n", " ").splitlines()
STEPS = [line.partition(" ")[::2] for line in LINES if line and not line.startswith("#")]
IN_CONDA = {"graphviz": "python-graphviz", "matplotlib": "matplotlib-base"}
"""Packages that have another name there."""


def conda(name: str) -> dict[str, Any]:
    return yaml.safe_load((BINDER / "conda" / name).read_text())


def steps(kind: str) -> list[str]:
    return [" ".join(rest.split()) for word, rest in STEPS if word == kind]


def wanted(extra: str | None = None) -> dict[str, str]:
    """What conda has to install: package and versions, without what is for browsers."""
    lines = PROJECT["dependencies"] + (PROJECT["optional-dependencies"][extra] if extra else [])
    found = [Requirement(line) for line in lines]
    return {IN_CONDA.get(one.name, one.name): str(one.specifier) for one in found}


def listed(lines: list[Any]) -> dict[str, str]:
    """The same, from a list as conda writes it."""
    texts = [one.replace(" ", "") for one in lines if isinstance(one, str)]
    found = [Requirement(text) for text in texts if not text.startswith("python=")]
    return {one.name: str(one.specifier) for one in found}


def test_the_image_has_the_python_of_binder():
    [base] = steps("FROM")
    python = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")

    assert re.fullmatch(rf"python:{re.escape(python)}-slim-\w+", base)


def test_what_the_image_copies_is_there_and_only_what_is_tracked_is_named():
    for line in steps("COPY"):
        *sources, target = shlex.split(line)
        assert target.startswith("/")
        assert len(sources) == 1 or target.endswith("/"), line
        assert len({Path(one).name for one in sources}) == len(sources), "one replaces the other"
        for source in sources:
            assert (ROOT / source).exists(), source


def test_what_is_built_in_the_image_was_copied_before():
    copied, built = set[str](), 0
    for word, rest in STEPS:
        if word == "COPY":
            *sources, target = shlex.split(rest)
            copied |= {target.rstrip("/")} | {f"{target}{Path(one).name}" for one in sources}
        if word == "RUN":
            read = re.findall(r"(?:< |--requirement |--no-deps )(/srv/funclab\S*)", rest)
            built += len(read)
            assert set(read) <= copied, rest

    assert built == 3
    hook = "funclab/view/notebook/build.py"
    assert {"/srv/funclab/funclab", "/srv/funclab/notebooks", "/srv/funclab/LICENSE"} <= copied
    assert (ROOT / hook).exists() and PROJECT["license-files"][0] == "LICENSE"


def test_the_image_does_not_run_as_root_and_warms_the_cache_that_it_then_uses():
    words = [word for word, _ in STEPS]
    [command], [settings] = steps("CMD"), steps("ENV")

    assert steps("USER") == ["student"] and words.index("USER") > words.index("ENV")
    start = (BINDER / "start").read_text()
    kept = dict(re.findall(r"(NUMBA_\w+)=(\S+)", settings))
    assert set(kept) == set(re.findall(r"export (NUMBA_\w+)=", start))
    assert f"export NUMBA_CPU_NAME={kept['NUMBA_CPU_NAME']}\n" in start
    assert any("funclab warm" in line and kept["NUMBA_CACHE_DIR"] in line for line in steps("RUN"))
    chosen, rest = commands.command_parser().parse_known_args(yaml.safe_load(command)[1:])
    assert chosen.command == "lab" and rest == ["--ip=0.0.0.0"]


def test_the_image_has_all_that_binder_has_and_a_jupyterlab_that_is_tested():
    lines = (BINDER / "hub/requirements.txt").read_text().splitlines()
    pins = listed([line for line in lines if not line.startswith(("#", "-r"))])
    newest = (ROOT / "tests/browser/newest.txt").read_text().splitlines()

    assert "-r ../requirements.txt" in lines
    assert {name for name in pins if not pins[name].startswith("==")} == set()
    for name in ("jupyterlab", "notebook"):
        assert f"{name}{pins[name]}" in newest
        assert (
            Version(pins[name][2:])
            in Requirement(
                next(one for one in PROJECT["optional-dependencies"]["lab"] if one.startswith(name))
            ).specifier
        )
    assert "jupyterhub" in pins


def test_an_environment_of_conda_has_what_pip_would_install():
    environment = conda("environment.yml")
    found = listed(environment["dependencies"])
    python = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")

    [own] = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    assert f"python={python}" in environment["dependencies"]
    assert found == {"pip": "", **wanted("lab")}
    assert [(BINDER / "conda" / line).resolve() for line in own] == [ROOT]
    assert environment["name"] == PROJECT["name"] and environment["channels"][0] == "conda-forge"


def test_the_recipe_of_a_conda_package_has_what_the_wheel_has():
    recipe = conda("recipe.yaml")
    run, host = (listed(recipe["requirements"][part]) for part in ("run", "host"))
    build = [Requirement(line) for line in tomllib.loads((ROOT / "pyproject.toml").read_text())[
        "build-system"]["requires"]]  # fmt: skip

    assert run == {"python": PROJECT["requires-python"], **wanted()}
    assert host == {"python": PROJECT["requires-python"], "pip": ""} | {
        one.name: str(one.specifier) for one in build
    }
    assert recipe["package"] == {"name": PROJECT["name"], "version": "${{ version }}"}
    assert recipe["context"] == {"version": PROJECT["version"]}
    assert recipe["about"]["summary"] == PROJECT["description"]
    assert recipe["about"]["license"] == PROJECT["license"]
    files = [path for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)]
    assert {ROOT / name for name in recipe["about"]["license_file"]} == set(files)
    assert (BINDER / "conda" / recipe["source"]["path"]).resolve() == ROOT
    [command] = recipe["build"]["python"]["entry_points"]
    assert command.replace(" ", "") == f"funclab={PROJECT['scripts']['funclab']}"


@pytest.mark.parametrize("line", conda("recipe.yaml")["tests"][1]["script"])
def test_what_the_recipe_tries_are_commands(line, capsys):
    name, *arguments = line.split()

    assert name == "funclab"
    if arguments == ["--version"]:
        with pytest.raises(SystemExit) as ended:
            commands.main(arguments)
        assert ended.value.code == 0 and PROJECT["version"] in capsys.readouterr().out
    else:
        assert callable(commands.command_parser().parse_args(arguments).run)

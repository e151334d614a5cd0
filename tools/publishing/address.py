"""Write the project's public address wherever one belongs:
`python -m tools.publishing.address https://github.com/OWNER/funclab`.

Until this is run, the project names no address: readers use the one where they found it. It is run
once, by whoever publishes it; what it changes is committed. Links of README become absolute, so
that they also work on the page of a package index.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORM = re.compile(r"https://github\.com/([\w-]+)/([\w.-]+)")
NO_URLS = "# No [project.urls]: there is no public address yet.\n"
NO_REPORTS = "There is no public address for reports yet. Tell the person or institution"


def in_readme(text: str, address: str) -> str:
    owner, name = address.split("/")[-2:]
    text = text.replace(
        "git clone ADDRESS funclab && cd funclab     # or unpack the archive; "
        "ADDRESS is where you found this page",
        f"git clone {address} funclab && cd funclab",
    )
    raw = f"https://raw.githubusercontent.com/{owner}/{name}/main"
    local = r"\]\((?!https?://|#)([^)\s]+)\)"
    text = re.sub(rf"(!\[[^\]]*){local}", rf"\1]({raw}/\2)", text)
    text = re.sub(local, rf"]({address}/blob/main/\1)", text)
    return text.replace("# funclab\n", f"# funclab\n\n{badges(address, owner, name)}\n", 1)


def badges(address: str, owner: str, name: str) -> str:
    """Lesson 0 on Binder, and the state of the tests."""
    lesson = "labpath=notebooks%2F00_start.ipynb"
    binder = f"https://mybinder.org/v2/gh/{owner}/{name}/main?{lesson}"
    tests = f"{address}/actions/workflows/tests.yml"
    return (
        f"[![Binder](https://mybinder.org/badge_logo.svg)]({binder})\n"
        f"[![tests]({tests}/badge.svg)]({tests})"
    )


def in_ways(text: str, address: str) -> str:
    return re.sub(
        r"git clone ADDRESS (.*?) +# ADDRESS is where.*", rf"git clone {address} \1", text
    )


def in_project(text: str, address: str) -> str:
    urls = (
        f'[project.urls]\nSource = "{address}"\nIssues = "{address}/issues"\n'
        f'Changelog = "{address}/blob/main/CHANGELOG.md"\n'
    )
    return text.replace(NO_URLS, urls)


def in_citation(text: str, address: str) -> str:
    return text.replace("license:", f"repository-code: {address}\nlicense:", 1)


def in_security(text: str, address: str) -> str:
    private = f"Report it privately at {address}/security/advisories/new, or tell"
    return text.replace(NO_REPORTS, f"{private} the person or institution")


CHANGES: dict[str, Callable[[str, str], str]] = {
    "README.md": in_readme,
    "docs/pages/ways.md": in_ways,
    "pyproject.toml": in_project,
    "CITATION.cff": in_citation,
    "SECURITY.md": in_security,
}


def changed(address: str, root: Path = ROOT) -> dict[str, str]:
    """The text of each file with the address, by its path. Raises ValueError if a file has none of
    the places in which it belongs, as after a first run."""
    found = {}
    for path, change in CHANGES.items():
        before = (root / path).read_text(encoding="utf-8")
        found[path] = change(before, address)
        if found[path] == before:
            raise ValueError(f"{path} has no place for an address; it may have one already.")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2 or not FORM.fullmatch(sys.argv[1]):
        sys.exit("Give one address of the form https://github.com/OWNER/NAME.")
    for name, text in changed(sys.argv[1]).items():
        (ROOT / name).write_text(text, encoding="utf-8")
        print(name)

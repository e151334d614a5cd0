"""The public address is written in every place at once."""

import re
import tomllib

from tests.project.source import ROOT
from tools.publishing.address import changed

ADDRESS = "https://github.com/someone/funclab"


def test_the_address_of_the_project_is_written_wherever_one_belongs():
    texts = changed(ADDRESS)

    assert [path for path, text in texts.items() if "ADDRESS" in text] == []
    assert f"git clone {ADDRESS} funclab && cd funclab\n" in texts["README.md"]
    assert f"git clone {ADDRESS} funclab" in texts["docs/pages/ways.md"]
    assert tomllib.loads(texts["pyproject.toml"])["project"]["urls"]["Source"] == ADDRESS
    assert f"repository-code: {ADDRESS}\n" in texts["CITATION.cff"]
    assert "no public address" not in texts["SECURITY.md"]


def test_links_and_pictures_of_the_readme_are_absolute_then_and_lead_to_the_same_files():
    links = re.compile(r"\]\(([^)\s]+)\)")
    before = links.findall((ROOT / "README.md").read_text(encoding="utf-8"))

    after = links.findall(changed(ADDRESS)["README.md"])

    raw = "https://raw.githubusercontent.com/someone/funclab/main/"
    assert all(one.startswith("https://") for one in after)
    paths = [re.sub(rf"{ADDRESS}/blob/main/|{raw}", "", one) for one in after]
    assert {one for one in before if "://" not in one} <= {*paths}
    assert f"{raw}notebooks/images/moving.webp" in after

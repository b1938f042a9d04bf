"""The README as the description of the package, outside of the repository."""

import re
import tomllib

from tests.docs.pages import ROOT

REPOSITORY = "https://github.com/azure-billing-exporter/azure-billing-exporter"
LINK = re.compile(r"(?P<picture>!?)\[[^]]*\]\((?P<target>[^)#\s]+)[^)]*\)")


def description() -> str:
    """The README with the substitutions of the build, in their order."""
    hooks = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["metadata"]["hooks"]
    text = (ROOT / "README.md").read_text()
    for each in hooks["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    return text


def test_pictures_and_links_are_addresses() -> None:
    """A picture is the address of the file itself, a link that of the page which shows it."""
    found = list(LINK.finditer(description()))
    pictures = [link["target"] for link in found if link["picture"]]
    assert len(re.findall(r"!\[", (ROOT / "README.md").read_text())) == len(pictures) > 0
    assert [] == [picture for picture in pictures if not picture.startswith(f"{REPOSITORY}/raw/main/docs/images/")]
    pages = [link["target"] for link in found if not link["picture"]]
    assert [] == [page for page in pages if not page.startswith("https://")]
    assert f"{REPOSITORY}/blob/main/docs/deployment.md" in pages

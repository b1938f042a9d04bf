"""Hooks of mkdocs: pages of the site that are files outside docs/, and links to them and to other files."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Files at the root of the repository, and their pages."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)(?P<path>[^)#]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of `OUTSIDE`."""
    for name, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links of the repository lead to pages of the site, or to the file in the repository."""
    names = {page: name for name, page in OUTSIDE.items()}
    folder = ROOT if page.file.src_uri in names else (ROOT / "docs" / page.file.src_uri).parent
    below = page.file.src_uri.count("/")

    def moved(link: re.Match[str]) -> str:
        target = (folder / link["path"]).resolve().relative_to(ROOT).as_posix()
        if target in OUTSIDE:
            return "../" * below + OUTSIDE[target]
        if target.startswith("docs/"):
            return "../" * below + target.removeprefix("docs/")
        return f"{config.repo_url}/blob/main/{target}"

    return LINK.sub(moved, markdown)

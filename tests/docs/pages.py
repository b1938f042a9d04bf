"""The pages of the documentation, and what their code blocks contain."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md" and page.parent.name != "adr"]
"""Pages about what is, not about what was."""
FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)


def code(page: Path) -> Iterator[str]:
    """The code blocks of a page, without their indentation and with continued lines joined."""
    text = page.read_text() + "\n"
    blocks = [*FENCED.findall(text), *INDENTED.findall(FENCED.sub("", text))]
    for block in blocks:
        lines = [line.removeprefix("    ") if block not in FENCED.findall(text) else line for line in block.split("\n")]
        yield "\n".join(lines).strip("\n").replace("\\\n", " ")


def commands(page: Path, program: str) -> Iterator[str]:
    """The command lines of `program` in a page, in blocks and in running text, without what follows a pipe."""
    text = "\n".join(code(page))
    lines = [line.strip() for line in text.split("\n")] + re.findall(r"`([^`\n]+)`", page.read_text())
    for line in lines:
        if re.match(rf"(?:sudo )?(?:\.venv/bin/|/usr/local/bin/)?{program}(?: |$)", line):
            yield re.split(r" [|>&] ?| # |   +#", line[line.index(program) :])[0].strip()

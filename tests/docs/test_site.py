"""The documentation is built as a site without a warning."""

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT


def test_the_site_is_built(tmp_path: Path) -> None:
    """In strict mode: each link leads to a page, and each page is in the navigation."""
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
        timeout=300,
    )
    assert "Cost Management" in (tmp_path / "site/index.html").read_text()
    assert (tmp_path / "site/security/index.html").exists()

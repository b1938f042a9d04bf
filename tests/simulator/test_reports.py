"""How a service finds its reports."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from exporter.simulator.server.reports import report_routes

PackageOf = Callable[[str], ModuleType]
IMPORTS = """
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from exporter.simulator.server.reports import Report
"""
REPORT = f"""{IMPORTS}
class Good(Report[str]):
    def routes(self) -> list[Route]:
        return [Route(f"/{{self.access}}", self.answer)]

    async def answer(self, request: Request) -> Response:
        return Response()
"""


@pytest.fixture
def package_of(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageOf:
    """Builds a package with a report in the module `a`, and a module `b` with the given text."""

    def build(text: str) -> ModuleType:
        package = tmp_path / request.node.name
        package.mkdir()
        for name, content in {"__init__": "", "a": REPORT, "b": text}.items():
            (package / f"{name}.py").write_text(content)
        monkeypatch.syspath_prepend(tmp_path)
        return import_module(package.name)

    return build


def test_a_report_needs_only_a_module(package_of: PackageOf) -> None:
    """Its routes come after those of the modules whose names precede; imported reports are not found twice."""
    better = REPORT.replace("Good", "Better").replace("/{", "/b/{")
    package = package_of(f"from .a import Good\n{better}")
    assert ["/shared", "/b/shared"] == [route.path for route in report_routes(package, "shared")]


def test_a_module_without_a_report_is_an_error(package_of: PackageOf) -> None:
    """What reports share belongs in the package above."""
    package = package_of(IMPORTS)
    with pytest.raises(TypeError, match=rf"^{package.__name__}\.b defines no report: a subclass of exporter\."):
        list(report_routes(package, "shared"))


def test_a_report_without_routes_is_an_error(package_of: PackageOf) -> None:
    """The message names the class and the method."""
    package = package_of(f"{IMPORTS}class Unfinished(Report[str]): pass")
    with pytest.raises(TypeError, match=r"Unfinished.*routes"):
        list(report_routes(package, "shared"))

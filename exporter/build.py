"""What is known about the build: the version, and what the container image states about its source."""

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter import __version__

PROGRAM = "azure-billing-exporter"


@dataclass(frozen=True, slots=True)
class Build:
    """A build; what is unknown is empty."""

    version: str = __version__
    branch: str = ""
    revision: str = ""
    date: str = ""

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "Build":
        """With the `BRANCH`, `REVISION` and `BUILD_DATE` that the container image sets."""
        return cls(
            branch=variables.get("BRANCH", ""),
            revision=variables.get("REVISION", ""),
            date=variables.get("BUILD_DATE", ""),
        )

    def described(self) -> str:
        """Several lines in the form of Prometheus' `--version`, without a line for what is unknown."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        source = ", ".join(f"{name}: {value}" for name, value in self._source() if value)
        yield f"{PROGRAM}, version {self.version}" + (f" ({source})" if source else "")
        if self.date:
            yield f"  build date:       {self.date}"
        yield f"  python version:   {platform.python_version()}"
        yield f"  platform:         {platform.system().lower()}/{platform.machine()}"

    def _source(self) -> tuple[tuple[str, str], ...]:
        return ("branch", self.branch), ("revision", self.revision)

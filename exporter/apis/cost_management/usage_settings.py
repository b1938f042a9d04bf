"""How costs are read: the key `usage` of an account, and the place of an export."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from urllib.parse import unquote

from pydantic import Field, model_validator

from exporter.apis.checks import Finding
from exporter.apis.cost_management.columns import COLUMNS, DEFAULT_FILES
from exporter.apis.costs.settings import UsageSettings, one_of
from exporter.apis.fields import FilePath, SecretText, Shown, WebAddress, invalid
from exporter.apis.settings import Secrets


class Export(Secrets):
    """Where an export is: in a storage account, or in a directory that somebody keeps up to date."""

    optional_secrets: ClassVar[frozenset[str]] = frozenset({"sas"})

    url: Annotated[WebAddress | None, Shown.SET] = Field(
        None,
        description="address of the container, the export's directory and its name, percent-encoded",
        examples=["https://contosocosts.blob.core.windows.net/exports/costs/daily"],
    )
    path: Annotated[FilePath | None, Shown.INSTEAD] = Field(
        None, description="a directory with the same files", examples=["/srv/exports/costs/daily"]
    )
    sas: Annotated[SecretText | None, Shown.INSTEAD] = Field(
        None,
        min_length=1,
        description="shared access signature for reading and listing the container, instead of identity",
    )
    sas_file: Annotated[FilePath | None, Shown.INSTEAD] = Field(
        None, description="file with the shared access signature", examples=["/run/secrets/sas"]
    )

    @property
    def place(self) -> str:
        """The URL or the path."""
        return self.url or str(self.path)

    @property
    def container(self) -> str:
        """The URL of the container; empty for a directory."""
        return "/".join((self.url or "").split("/")[:4])

    @property
    def prefix(self) -> str:
        """The export's directory and name in the container."""
        return unquote("/".join((self.url or "").split("/")[4:]))

    def findings(self, now: datetime) -> Iterator[Finding]:
        yield from super().findings(now)
        if self.path and not self.path.is_dir():
            yield Finding("path", f"{self.path}: no such directory")

    @model_validator(mode="after")
    def _one_place(self) -> "Export":
        if bool(self.url) == bool(self.path):
            raise invalid("one of url and path is required" if not self.url else "url and path exclude each other")
        if self.url and not self.prefix:
            raise invalid("url: the container, the directory and the name of the export must follow the host")
        if self.path and self.given("sas"):
            raise invalid("path and sas exclude each other")
        return self


class Usage(UsageSettings, Secrets):
    """How costs are read, and which labels they get."""

    download: Literal["query", "cost_details", "export"] | None = Field(
        None,
        description="`query`: sums from the service; `cost_details`: a report of all rows; `export`: recommended for "
        "large accounts; default: `cost_details` for billing scopes, `query` for all others",
        examples=["export"],
    )
    cost: Literal["actual", "amortized"] = Field(
        "actual",
        description="`actual` is what is billed; `amortized` distributes purchases of reservations over their term",
    )
    export: Export | None = Field(None, description="where the export is; for `download: export`")
    labels: tuple[Annotated[str, one_of(COLUMNS)], ...] = Field(
        DEFAULT_FILES,
        description="any documented columns, in snake_case, that become labels; default of queries: meter_category",
        strict=False,
    )

    @model_validator(mode="after")
    def _possible(self) -> "Usage":
        if (self.download == "export") != (self.export is not None):
            raise invalid("download: export and the key export belong together")
        unknown = [name for name in self.labels if self.download == "query" and not COLUMNS[name].dimensions]
        if unknown:
            raise invalid(f"labels: queries have no {', '.join(unknown)}; use download: cost_details or export")
        return self

"""The section `ea` of the YAML."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from exporter.apis.settings import AccountSettings, Duration, WebAddress, matching

Enrollment = Annotated[str, matching(r"[A-Za-z0-9-]+", "an enrollment number")]
Currency = Annotated[str, matching(r"[A-Z]{3}", "an ISO 4217 code such as EUR")]


class Settings(AccountSettings):
    """One enrollment, read with an API access key."""

    base_url: WebAddress = Field("https://consumption.azure.com", description="where the reporting APIs are")
    timeout: Duration = Field(
        timedelta(minutes=5), description="the longest wait for one whole answer; pages are large"
    )
    enrollment: Enrollment = Field(description="the enrollment number, in quotes")
    api_key: SecretStr | None = Field(
        None, description="the API access key (EA portal: Reports > Download Usage > API Access Key)", min_length=1
    )
    api_key_file: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="a file that holds it; read again at each use"
    )
    currency: Currency | None = Field(
        None,
        description="currency of the enrollment; usage rows name none, so by default the balance summary is asked. "
        "Needed for a department's or account owner's key, which may not read the balance",
    )

    @property
    def identity(self) -> str:
        return self.enrollment

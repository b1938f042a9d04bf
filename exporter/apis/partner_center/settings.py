"""The section `partner_center` of the YAML."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from exporter.apis.settings import EntraSettings, WebAddress


class Settings(EntraSettings):
    """One partner tenant, read with a person's delegated sign-in (App+User)."""

    base_url: WebAddress = Field("https://api.partnercenter.microsoft.com", description="where the API is")
    refresh_token: SecretStr | None = Field(None, description="the first refresh token", min_length=1)
    refresh_token_file: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="a file that holds it; its successors are kept under `storage.path`"
    )

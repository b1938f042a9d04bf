"""The section `b2c` of the YAML."""

from pydantic import Field

from exporter.apis.settings import EntraSettings, WebAddress


class Settings(EntraSettings):
    """One Azure AD B2C tenant, read with an application's own identity."""

    base_url: WebAddress = Field("https://graph.windows.net", description="where the usage reports are")

"""`simulate`: the simulated APIs, and a configuration for an exporter that reads them."""

import argparse
import signal
from pathlib import Path

import yaml

from exporter.errors import ConfigError
from exporter.simulator import Simulator
from exporter.simulator.world import B2cTenant, ExternalTenant

PRICES = {
    "currency": "USD",
    "per_user": [{"up_to": 10_000, "price": 0}, {"up_to": 15_000, "price": 0.0011}, {"price": 0.00085}],
    "per_authentication": [{"up_to": 20_000, "price": 0}, {"up_to": 30_000, "price": 0.0028}, {"price": 0.0021}],
    "per_mfa_request": [{"price": 0.03}],
}
"""A price list of which the simulated company uses several tiers."""
ACTIVE_USERS = {
    "currency": "USD",
    "per_monthly_active_user": [{"price": 0.00325}],
    "per_mfa_request": [{"price": 0.03}],
}
"""A price list of a tenant that is billed by active users, of which the estimate begins with the first whole month."""
SIGNALS = {signal.SIGINT, signal.SIGTERM}

USAGE = {
    "labels": ["subscription_name", "resource_group", "meter_category", "meter_subcategory", "meter_name"],
    "tags": ["env"],
}
BUDGETS = [
    {"name": "enrollment", "amount": 5000},
    {"name": "production", "amount": 1500, "where": {"tag_env": "prod"}},
]

COSTS_ONLY = {report: {"enabled": False} for report in ("budgets", "forecast", "commitments")}


def simulate(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; writes the configuration, the secrets and the CA to `--directory`."""
    directory = Path(arguments.directory).absolute()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with Simulator(seed=arguments.seed, host=arguments.host, port=arguments.port, directory=directory) as simulator:
            file = write_config(simulator, directory)
            print(f"The simulated APIs listen at {simulator.url}")
            print(f"In another terminal: azure-billing-exporter run --config.file={file}")
            _print_azure(simulator)
            signal.sigwait(SIGNALS)
    except OSError as error:
        raise ConfigError([f"simulate: {error.strerror or error}"]) from error
    return 0


def _print_azure(simulator: Simulator) -> None:
    """What Cost Management, the storage account and the managed identities have, and where."""
    azure = simulator.world.azure
    print(f"Cost Management, tenant {azure.tenant}, application {azure.client_id}, has the scopes:")
    for path in azure.scopes.values():
        print(f"  {path}")
    exports = ", ".join(export.name for export in simulator.exports.configured)
    print(f"Exports at {simulator.blob_url}/{azure.container}: {exports}")
    print(f"Managed identities: AZURE_POD_IDENTITY_AUTHORITY_HOST={simulator.imds_url}", flush=True)


def write_config(simulator: Simulator, directory: Path) -> Path:
    """Write a configuration for `simulator`, and each secret to a file; returns the path of the configuration.

    From then on the simulator prepares reports without a delay, and lists user insights in few pages, since requests
    for them are seconds apart: the company is small.
    """
    world = simulator.world
    simulator.switches.cost_details_retry_after = 0
    simulator.switches.cost_details_accepted = 1
    simulator.switches.price_sheet_running = 0
    simulator.switches.insights_page_size = 1_000
    secrets = {
        "b2c": world.b2c.client_secret,
        "pilot": world.pilot.client_secret,
        "external": world.external_id.client_secret,
        "ea": world.ea.api_key,
        "csp": world.partner_center.client_secret,
        "csp-refresh-token": world.partner_center.refresh_token,
        "azure": world.azure.client_secret,
        "azure-storage-sas": world.azure.sas(),
    }
    for name, secret in secrets.items():
        file = directory / name
        file.touch(mode=0o600)
        file.write_text(secret)
    where = {"base_url": simulator.url, "ca_file": str(simulator.ca_file)}
    login = {"authority": simulator.url}
    content = {
        "b2c": _directories(simulator, directory),
        "ea": [
            {
                "name": "contoso-ea",
                "enrollment": world.ea.enrollment,
                "api_key_file": str(directory / "ea"),
                "usage": USAGE,
                "budgets": BUDGETS,
                **where,
            }
        ],
        "cost_management": _scopes(simulator, directory),
        "partner_center": [
            {
                "name": "contoso-csp",
                "tenant": world.partner_center.tenant,
                "client_id": world.partner_center.client_id,
                "client_secret_file": str(directory / "csp"),
                "refresh_token_file": str(directory / "csp-refresh-token"),
                "detail": "subscriptions",
                **where,
                **login,
            }
        ],
        "storage": {"path": str(directory / "storage")},
    }
    file = directory / "config.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def _directories(simulator: Simulator, directory: Path) -> list[dict[str, object]]:
    """The company's B2C tenant, whose whole past the retired API has, a small one in Microsoft Graph, which counts what
    it reads from now on, and its External ID tenant.
    """
    world = simulator.world
    everywhere: dict[str, object] = {
        "base_url": simulator.url,
        "authority": simulator.url,
        "ca_file": str(simulator.ca_file),
    }

    def tenant(name: str, found: B2cTenant | ExternalTenant, secret: str) -> dict[str, object]:
        return {
            "name": name,
            "tenant": found.tenant,
            "client_id": found.client_id,
            "client_secret_file": str(directory / secret),
            "applications": [{"id": one.id, "name": one.name} for one in found.applications],
            **everywhere,
        }

    estimate = {"prices": PRICES, "budgets": [{"name": "sign-ins", "amount": 150}]}
    return [
        {**tenant("contoso-b2c", world.b2c, "b2c"), "source": "azure_ad_graph", **estimate},
        {**tenant("contoso-external", world.external_id, "external"), "source": "user_insights"},
        {**tenant("contoso-pilot", world.pilot, "pilot"), "source": "microsoft_graph", "prices": ACTIVE_USERS},
    ]


def _scopes(simulator: Simulator, directory: Path) -> list[dict[str, object]]:
    """The company's costs in three ways: an enrollment's reports, queries of subscriptions, a profile's exports.

    The subscription `contoso-identity` pays for the B2C tenant and the External ID tenant.
    """
    azure = simulator.world.azure
    everywhere: dict[str, object] = {
        "base_url": simulator.url,
        "ca_file": str(simulator.ca_file),
        "identity": {
            "tenant": azure.tenant,
            "client_id": azure.client_id,
            "client_secret_file": str(directory / "azure"),
            "authority": simulator.url,
        },
    }
    exports = {"url": f"{simulator.blob_url}/{azure.container}/costs/mca-focus"}
    return [
        {
            "name": "contoso",
            "enrollment": simulator.world.ea.enrollment,
            "usage": USAGE,
            "budgets": BUDGETS,
            **everywhere,
        },
        {"name": "contoso-shop", "scope": azure.subscription, **everywhere},
        {"name": "contoso-identity", "scope": azure.identity, "reports": COSTS_ONLY, **everywhere},
        {"name": "contoso-retail", "scope": azure.billing_profile, "usage": {"export": exports}, **everywhere},
    ]

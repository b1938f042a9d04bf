"""What the simulated company can use: meters with their rates, and the subscriptions that pay for them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Meter:
    """A meter: `rate` is EUR per single unit, though `unit` may name a block; `hourly` is an hour's use."""

    category: str
    sub_category: str
    name: str
    unit: str
    rate: Decimal
    hourly: Decimal
    provider: str
    resource_type: str
    decimals: int = 14
    billed_separately: bool = False
    office_hours: bool = False

    @property
    def service_tier(self) -> str:
        """The tier that v3 rows name."""
        return self.sub_category or self.category


@dataclass(frozen=True)
class Subscription:
    """A subscription with the account, department and cost center that it belongs to."""

    name: str
    account: str
    owner: str
    department: str
    cost_center: str
    offer: str
    groups: tuple[str, ...]


def _meter(names: str, unit: str, rate: str, hourly: str, path: str, **more: Any) -> Meter:
    category, sub_category, name = names.split(" | ")
    provider, _, resource_type = path.partition("/")
    return Meter(category, sub_category, name, unit, Decimal(rate), Decimal(hourly), provider, resource_type, **more)


METERS = {
    "vm": _meter("Virtual Machines | Dv3/DSv3 Series | D2 v3/D2s v3", "10 Hours", "0.0937123456", "4",
                 "Microsoft.Compute/virtualMachines"),
    "test vm": _meter("Virtual Machines | BS Series | B2s", "100 Hours", "0.0404833333333", "2",
                      "Microsoft.Compute/virtualMachines", office_hours=True),
    "windows": _meter("Virtual Machines Licenses |  | 2 vCPU VM License", "10 Hours", "0.0775", "2",
                      "Microsoft.Compute/virtualMachines"),
    "disk": _meter("Storage | Premium SSD Managed Disks | P10 Disks", "1 /Month", "18.33214", "0.005376344",
                   "Microsoft.Compute/disks"),
    "blob": _meter("Storage | Tables | LRS Data Stored", "1 GB/Month", "0.0165", "3.217",
                   "Microsoft.Storage/storageAccounts"),
    "operations": _meter("Storage | Blob Storage | Write Operations", "10,000", "0.00000503470000000001",
                         "141.1239", "Microsoft.Storage/storageAccounts", decimals=22),
    "traffic": _meter("Bandwidth | Inter-Region | Data Transfer Out", "1 GB", "0.0733333333333333333",
                      "1.731", "Microsoft.Network/publicIPAddresses", decimals=20),
    "gateway": _meter("VPN Gateway |  | VpnGw1", "1 Hour", "0.1602", "1",
                      "Microsoft.Network/virtualNetworkGateways"),
    "sql": _meter("SQL Database | Single Standard | S2 DTUs", "1/Day", "2.119", "0.0416666666",
                  "Microsoft.Sql/servers"),
    "functions": _meter("Functions |  | Execution Time", "50,000 GB Seconds", "0.0000142", "7311",
                        "Microsoft.Web/sites"),
    "logs": _meter("Log Analytics | Analytics Logs | Data Ingestion", "1 GB", "2.4271", "0.114",
                   "Microsoft.OperationalInsights/workspaces"),
    "support": _meter("Support |  | Standard Support", "1 /Month", "84.3", "0.001344086",
                      "Microsoft.Support/plans", billed_separately=True),
}  # fmt: skip

SUBSCRIPTIONS = (
    Subscription("Shop production", "Online sales", "shop@pedalwerke.example", "Sales", "4711",
                 "MS-AZR-0017P", ("rg-shop-web", "rg-shop-db", "RG-Shop-Network")),
    Subscription("Shop development", "Online sales", "shop@pedalwerke.example", "Sales", "4712",
                 "MS-AZR-0148P", ("rg-shop-dev", "rg-shop-test")),
    Subscription("Werk Süd", "Factory", "werk@pedalwerke.example", "Manufacturing", "0815",
                 "MS-AZR-0017P", ("rg-scada", "rg-historian")),
    Subscription("Analytics", "Research", "lab@pedalwerke.example", "Research, Design", "CC-77",
                 "MS-AZR-0017P", ("rg-lake", "rg-notebooks")),
    Subscription("Headquarters", "IT", "it@pedalwerke.example", "", "", "MS-AZR-0017P", ("rg-core", "")),
)  # fmt: skip

REGIONS = (("EU West", "westeurope"), ("EU North", "northeurope"), ("DE West Central", "germanywestcentral"))

# As the API writes them: double blanks where lines broke, nulls, a key that ends in a blank, or nothing.
TAGS = (
    '{  "env": "prod",  "team": "shop"}',
    '{  "env": "prod",  "owner": null,  "cost unit ": "A-12"}',
    '{  "env": "test"}',
    "",
    '{  "env": "prod",  "Project": "Ümläut \\"Eins\\"",  "level": 3}',
    "{}",
)

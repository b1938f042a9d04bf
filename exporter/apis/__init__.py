"""The tuple of supported APIs."""

from exporter.apis import b2c, cost_management, ea, partner_center
from exporter.apis.api import Api

ALL: tuple[Api, ...] = (b2c.API, cost_management.API, ea.API, partner_center.API)

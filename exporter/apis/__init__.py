"""The tuple of supported APIs."""

from exporter.apis import b2c, ea, partner_center
from exporter.apis.api import Api

ALL: tuple[Api, ...] = (b2c.API, ea.API, partner_center.API)

"""The Grafana dashboards, as functions that return their JSON."""

from exporter.mixin.dashboards import (
    b2c,
    cost,
    customer,
    exporter,
    overview,
    partner_center,
    subscription,
)
from exporter.mixin.dashboards.panels import Json

BOARDS: tuple[Json, ...] = (
    overview.BOARD,
    cost.BOARD,
    subscription.BOARD,
    partner_center.BOARD,
    customer.BOARD,
    b2c.BOARD,
    exporter.BOARD,
)

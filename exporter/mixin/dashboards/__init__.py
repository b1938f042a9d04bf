"""The Grafana dashboards, as functions that return their JSON."""

from exporter.mixin.dashboards import b2c, cost, exporter, overview, partner_center
from exporter.mixin.dashboards.panels import Json

BOARDS: tuple[Json, ...] = (overview.BOARD, cost.BOARD, partner_center.BOARD, b2c.BOARD, exporter.BOARD)

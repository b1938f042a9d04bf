"""The Grafana dashboards, as functions that return their JSON."""

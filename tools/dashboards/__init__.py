"""The Grafana dashboards, as small functions that give their JSON."""

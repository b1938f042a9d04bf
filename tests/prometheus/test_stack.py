"""The containers' composition, and what Grafana is provisioned with; both name what exists."""

from pathlib import Path

import yaml

from tools import stack

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PROVISIONING = ROOT / "grafana/provisioning"


def test_every_container_is_read_only_and_without_capabilities() -> None:
    """And is reachable from its own machine alone."""
    for service in COMPOSE["services"].values():
        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_container_of_the_demo_has_the_packages_of_the_demo() -> None:
    """An image has the runtime's alone, unless its build argument names others."""
    exporter = COMPOSE["services"]["exporter"]
    requirements = exporter["build"]["args"]["REQUIREMENTS"]
    assert (["demo"], "requirements-demo.txt") == (exporter["command"], requirements)
    assert "ARG REQUIREMENTS=requirements.txt\n" in (ROOT / "Dockerfile").read_text()
    assert {f"!{requirements}", "!requirements.txt"} <= set((ROOT / ".dockerignore").read_text().split())


def test_what_is_mounted_exists_and_what_is_configured_is_mounted() -> None:
    """Paths of this repository, and the same paths within the containers."""
    mounts = {}
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source, target, *_ = volume.split(":")
            assert source in COMPOSE["volumes"] or (ROOT / source).exists()
            mounts[target] = source
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards/azure-billing.yml").read_text())["providers"]
    dashboards = ROOT / mounts[provider["options"]["path"]]
    home = Path(COMPOSE["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (dashboards / home.name).exists()
    assert str(home.parent) == provider["options"]["path"]


def test_the_names_in_prometheus_configuration_are_the_services() -> None:
    """Prometheus finds exporter and Alertmanager, Grafana finds Prometheus."""
    config = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())
    (exporter,) = config["scrape_configs"][0]["static_configs"][0]["targets"]
    (alertmanager,) = config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    (source,) = yaml.safe_load((PROVISIONING / "datasources/prometheus.yml").read_text())["datasources"]
    url = source["url"].replace("${PROMETHEUS_URL}", COMPOSE["services"]["grafana"]["environment"]["PROMETHEUS_URL"])
    for address, service in ((exporter, "exporter"), (alertmanager, "alertmanager"), (url[7:], "prometheus")):
        host, port = address.split(":")
        assert host == service
        assert f"127.0.0.1:{port}:{port}" in COMPOSE["services"][host]["ports"]


def test_the_same_configuration_serves_without_containers(tmp_path: Path) -> None:
    """With other addresses, and all rules."""
    written = stack.prometheus_config(tmp_path, "localhost:1", "localhost:2")
    config = yaml.safe_load(written.read_text())
    assert [{"targets": ["localhost:1"]}] == config["scrape_configs"][0]["static_configs"]
    assert {file.name for file in (ROOT / "prometheus/rules").iterdir()} == {
        file.name for file in (tmp_path / "rules").iterdir()
    }

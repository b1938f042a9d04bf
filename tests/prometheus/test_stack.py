"""The Compose file and the Grafana provisioning are hardened, and every file and service they name exists."""

from pathlib import Path

import yaml

from tools import stack

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PROVISIONING = ROOT / "grafana/provisioning"


def test_every_container_is_read_only_and_without_capabilities() -> None:
    """And publishes its ports on the loopback interface only."""
    for service in COMPOSE["services"].values():
        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_demo_container_has_the_demo_packages() -> None:
    """By default an image contains the runtime packages only; a build argument selects others."""
    exporter = COMPOSE["services"]["exporter"]
    requirements = exporter["build"]["args"]["REQUIREMENTS"]
    assert (["demo"], "requirements-demo.txt") == (exporter["command"], requirements)
    assert "ARG REQUIREMENTS=requirements.txt\n" in (ROOT / "Dockerfile").read_text()
    assert {f"!{requirements}", "!requirements.txt"} <= set((ROOT / ".dockerignore").read_text().split())


def test_mounted_paths_exist_and_configured_paths_are_mounted() -> None:
    """In this repository and in the containers."""
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


def test_the_configured_addresses_are_those_of_the_services() -> None:
    """Prometheus reaches the exporter and Alertmanager, and Grafana reaches Prometheus."""
    config = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())
    (exporter,) = config["scrape_configs"][0]["static_configs"][0]["targets"]
    (alertmanager,) = config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    (source,) = yaml.safe_load((PROVISIONING / "datasources/prometheus.yml").read_text())["datasources"]
    url = source["url"].replace("${PROMETHEUS_URL}", COMPOSE["services"]["grafana"]["environment"]["PROMETHEUS_URL"])
    for address, service in ((exporter, "exporter"), (alertmanager, "alertmanager"), (url[7:], "prometheus")):
        host, port = address.split(":")
        assert host == service
        assert f"127.0.0.1:{port}:{port}" in COMPOSE["services"][host]["ports"]


def test_the_configuration_also_works_without_containers(tmp_path: Path) -> None:
    """With other addresses and all rules."""
    written = stack.prometheus_config(tmp_path, "localhost:1", "localhost:2")
    config = yaml.safe_load(written.read_text())
    assert [{"targets": ["localhost:1"]}] == config["scrape_configs"][0]["static_configs"]
    assert {file.name for file in (ROOT / "prometheus/rules").iterdir()} == {
        file.name for file in (tmp_path / "rules").iterdir()
    }

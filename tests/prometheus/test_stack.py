"""The Compose file and the Grafana provisioning are hardened, and every file and service they name exists."""

import re
from pathlib import Path

import yaml

from tools import past, ports, stack

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PROVISIONING = ROOT / "grafana/provisioning"


def test_every_container_is_read_only_and_without_capabilities() -> None:
    """And publishes its ports on the loopback interface only."""
    for service in COMPOSE["services"].values():
        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


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
        assert COMPOSE["services"][host]["ports"] == [f"127.0.0.1:${{{host.upper()}_PORT:-{port}}}:{port}"]


def test_every_port_can_be_chosen() -> None:
    """By the variables that `make stack` checks, with the same defaults."""
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    found = {match[1]: int(match[2]) for port in published if (match := re.search(r"{(\w+):-(\d+)}", port))}
    assert ports.DEFAULTS == found
    assert len(published) == len(found)


def test_the_containers_have_the_history_of_the_local_stack() -> None:
    """Prometheus starts once it is complete, and reads a sample of it until the next one; all files exist."""
    history, server = COMPOSE["services"]["history"], COMPOSE["services"]["prometheus"]
    assert history["restart"] == "no"
    assert {"condition": "service_completed_successfully"} == server["depends_on"]["history"]
    assert {"prometheus:/prometheus"} == {*history["volumes"]} & {*server["volumes"]}
    assert {"--storage.tsdb.path=/prometheus", past.look_back(past.EVERY)} <= {*server["command"]}
    (target,) = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())["scrape_configs"][0]["static_configs"]
    assert ["--storage=/prometheus", f"--exporter={target['targets'][0]}"] == history["command"]
    lines = (ROOT / history["build"]["dockerfile"]).read_text().splitlines()
    assert f"FROM {server['image']} AS prometheus" in lines
    assert 'ENTRYPOINT ["python", "-m", "tools.past"]' in lines
    work = next(line.removeprefix("WORKDIR ") for line in lines if line.startswith("WORKDIR "))
    assert {f"./{name}:{work}/{name}:ro" for name in ("tools", "prometheus")} < {*history["volumes"]}
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line}
    assert {f"!{name}" for name in copied} <= {*(ROOT / ".dockerignore").read_text().split()}


def test_the_configuration_also_works_without_containers(tmp_path: Path) -> None:
    """With other addresses and all rules."""
    written = stack.prometheus_config(tmp_path, "localhost:1", "localhost:2")
    config = yaml.safe_load(written.read_text())
    assert [{"targets": ["localhost:1"]}] == config["scrape_configs"][0]["static_configs"]
    assert {file.name for file in (ROOT / "prometheus/rules").iterdir()} == {
        file.name for file in (tmp_path / "rules").iterdir()
    }

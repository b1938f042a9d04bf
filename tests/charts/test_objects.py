"""The objects of the golden files: valid for Kubernetes, hardened, and for the exporter as it is."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from exporter.arguments import parsed
from exporter.config import loads
from exporter.sharding import Shard
from tests.charts.rendered import GOLDENS, MATRIX, golden

BUILT_IN = {"v1", "apps/v1", "networking.k8s.io/v1", "policy/v1"}
CUSTOM = {"monitoring.coreos.com/v1", "external-secrets.io/v1"}
OBJECTS = [
    pytest.param(found, id=f"{name}-{found['kind']}-{found['metadata']['name']}")
    for name in MATRIX
    for found in golden(name)
]


def pods(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The kind of object and the specification of all pods for these values."""
    for found in golden(name):
        if found["kind"] == "Pod":
            yield "Pod", found["spec"]
        elif found["kind"] in {"Deployment", "StatefulSet"}:
            yield found["kind"], found["spec"]["template"]["spec"]


def test_there_is_a_golden_for_all_values() -> None:
    """And no other one."""
    assert MATRIX == sorted(file.stem for file in GOLDENS.iterdir())


@pytest.mark.parametrize("found", OBJECTS)
def test_an_object_is_valid(found: dict[str, Any]) -> None:
    """For the oldest supported version of Kubernetes and a new one; those of operators have no schema here."""
    if found["apiVersion"] in CUSTOM:
        assert found["spec"]
        return
    assert found["apiVersion"] in BUILT_IN
    data = {
        name: text if isinstance(text, str) else yaml.safe_dump(text) for name, text in found.get("data", {}).items()
    }
    text = {name: yaml.safe_dump(inner) for name, inner in found.get("stringData", {}).items()}
    whole = {**found, **({"data": data} if data else {}), **({"stringData": text} if text else {})}
    for version in ("1.25", "1.34"):
        kubernetes_validate.validate(whole, version, strict=True)


@pytest.mark.parametrize("name", MATRIX)
def test_pods_are_hardened(name: str) -> None:
    """They do not run as root, write to volumes only, and have no capabilities and no token of the cluster."""
    for _, spec in pods(name):
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert {"type": "RuntimeDefault"} == spec["securityContext"]["seccompProfile"]
        assert spec["automountServiceAccountToken"] is False
        context = spec["containers"][0]["securityContext"]
        assert (True, False) == (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"])
        assert ["ALL"] == context["capabilities"]["drop"]


@pytest.mark.parametrize("name", MATRIX)
def test_volumes_are_mounted(name: str) -> None:
    """Each has a name of its own, and is mounted at a path of its own; only those with state can be written."""
    for kind, spec in pods(name):
        mounts = spec["containers"][0]["volumeMounts"]
        names = [volume["name"] for volume in spec["volumes"]]
        claimed = ["storage"] if kind == "StatefulSet" and "storage" not in names else []
        assert sorted([*names, *claimed]) == sorted(mount["name"] for mount in mounts)
        assert len(mounts) == len({mount["mountPath"] for mount in mounts})
        assert {"storage", "tmp"} == {mount["name"] for mount in mounts if not mount.get("readOnly")}


@pytest.mark.parametrize("name", MATRIX)
def test_the_exporter_has_the_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The arguments are valid, and read what is mounted."""
    monkeypatch.setenv("POD_NAME", "billing-1")
    for kind, spec in pods(name):
        container = spec["containers"][0]
        chosen = parsed(container["args"])
        paths = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert f"{paths['config']}/config.yaml" == chosen.config_file
        if kind == "StatefulSet":
            assert "POD_NAME" in {variable["name"] for variable in container["env"]}
            assert Shard(1, {"shards": 3, "existing": 2}[name]) == chosen.shard
        if kind != "Pod" and "web-config" in paths:
            assert f"{paths['web-config']}/web-config.yml" == chosen.web_config_file


@pytest.mark.parametrize("name", MATRIX)
def test_the_configuration_is_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its storage is the volume."""
    for variable in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID"):
        monkeypatch.setenv(variable, "00000000-0000-0000-0000-000000000000")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/azure/tokens/azure-identity-token")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/")
    for found in golden(name):
        if found["kind"] == "ConfigMap" and "config.yaml" in found["data"]:
            config = loads(yaml.safe_dump(found["data"]["config.yaml"]), name)
            for _, spec in pods(name):
                mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
                assert str(config.storage.path) == mounts["storage"]


@pytest.mark.parametrize("name", MATRIX)
def test_selectors_select_the_pods_of_the_exporter(name: str) -> None:
    """Not that of `helm test`."""
    objects = golden(name)
    (labels,) = [
        found["spec"]["template"]["metadata"]["labels"]
        for found in objects
        if found["kind"] in {"Deployment", "StatefulSet"}
    ]
    (test,) = [found["metadata"]["labels"] for found in objects if found["kind"] == "Pod"]
    (selector,) = [found["spec"]["selector"] for found in objects if found["kind"] == "Service"]
    assert selector.items() <= labels.items()
    assert not selector.items() <= test.items()

"""The chart as Helm renders it, where Helm is installed."""

import pytest

from tests.charts.rendered import CHART, GOLDENS, MATRIX, golden, helm, normalized, template, values, written


@pytest.mark.parametrize("name", MATRIX)
def test_lint(name: str) -> None:
    """Helm finds no error and no warning."""
    helm("lint", "--strict", str(CHART), f"--values={values(name)}")


@pytest.mark.parametrize("name", MATRIX)
def test_golden(name: str, pytestconfig: pytest.Config) -> None:
    """The objects are those of the golden file, which `make goldens` writes."""
    found = normalized(template(f"--values={values(name)}"))
    if pytestconfig.getoption("--write-goldens"):
        (GOLDENS / f"{name}.yaml").write_text(written(found))
    assert golden(name) == found


def test_there_is_no_chart_without_accounts() -> None:
    """The message names the values to set."""
    with pytest.raises(AssertionError, match="config: add an account, or set existingConfig"):
        template()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("sharding.enabled=true,sharding.totalShards=3,sharding.pods=2", "less than sharding.totalShards"),
        ("podMonitor.enabled=true,serviceMonitor.enabled=true", "not with serviceMonitor.enabled"),
        ("logLevel=verbose", "logLevel"),
        ("serviceMonitor.enable=true", "enable"),
        ("nameOverride=Azure costs", "nameOverride"),
        ("fullnameOverride=1-billing", "fullnameOverride"),
        ("secrets.csi[0].name=azure-costs,secrets.csi[0].secretProviderClass=vault", "two are named azure-costs"),
        ("existingConfig.secret=billing", "config: not with existingConfig"),
        ("config.cost_management=null,config.ea[0].name=contoso,workloadIdentity.enabled=true", "clientId: required"),
        (
            "workloadIdentity.enabled=true,workloadIdentity.clientId=a,serviceAccount.create=false",
            "annotate your service",
        ),
    ],
)
def test_invalid_values_are_errors(settings: str, message: str) -> None:
    """Those that the schema does not allow, and those that contradict each other."""
    with pytest.raises(AssertionError, match=message):
        template(f"--values={values('default')}", f"--set={settings}")


def test_there_is_one_existing_configuration() -> None:
    """In a ConfigMap or in a Secret."""
    with pytest.raises(AssertionError, match="configMap or secret, not both"):
        template(f"--values={values('existing')}", "--set=existingConfig.configMap=billing")


@pytest.mark.parametrize(
    "settings",
    [
        "serviceAccount.create=false",
        "serviceAccount.annotations.azure\\.workload\\.identity/client-id=00000000",
        "workloadIdentity.clientId=00000000",
        "workloadIdentity.clientId=",
    ],
)
def test_the_client_id_of_a_workload_identity_has_several_places(settings: str) -> None:
    """The service account of the chart, another one, or the accounts of the configuration."""
    assert template(f"--values={values('default')}", "--set=workloadIdentity.enabled=true", f"--set={settings}")


def test_a_secret_has_any_name_of_kubernetes() -> None:
    """Up to 253 characters and with dots; names of volumes have 63 at most."""
    name = ".".join(["a" * 61] * 4)
    (found,) = [
        each
        for each in normalized(template(f"--values={values('default')}", f"--set=secrets.existing[0].name={name}"))
        if each["kind"] == "Deployment"
    ]
    (volume,) = [volume for volume in found["spec"]["template"]["spec"]["volumes"] if "secret" in volume]
    assert ("secret-0", name) == (volume["name"], volume["secret"]["secretName"])

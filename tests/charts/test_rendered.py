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
    ],
)
def test_invalid_values_are_errors(settings: str, message: str) -> None:
    """Those that the schema does not allow, and those that contradict each other."""
    with pytest.raises(AssertionError, match=message):
        template(f"--values={values('default')}", f"--set={settings}")

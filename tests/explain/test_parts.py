"""Families that break another one down, as they are declared."""

from exporter.contract import declared, defaults


def test_a_part_has_all_labels_of_its_whole() -> None:
    """In the same report, and at least one more."""
    found = []
    for report in declared(defaults()):
        families = {family.name: family for family in report.collector.families}
        for family in families.values():
            if family.part_of:
                found.append(family.name)
                assert {*families[family.part_of].labels.names} < {*family.labels.names}, family.name
    assert {"azure_ea_adjustment_detail", "azure_ea_new_purchase_detail"} <= {*found}

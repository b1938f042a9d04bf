"""The example configuration of Alertmanager, and the templates that it names; written by hand."""

from importlib import resources

CONFIGURATION = "alertmanager.yml"


def files() -> dict[str, str]:
    """The texts by file name: the configuration first, then templates, if there are any."""
    found = {
        one.name: one.read_text(encoding="utf-8")
        for one in resources.files(__name__).iterdir()
        if one.name.endswith((".yml", ".tmpl"))
    }
    return {name: found[name] for name in sorted(found, key=lambda name: (name != CONFIGURATION, name))}

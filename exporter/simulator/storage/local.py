"""Exports in a local directory, as a program that synchronizes them leaves them."""

from pathlib import Path

from exporter.simulator.storage.store import Store


def write_run(store: Store, name: str, directory: Path) -> Path:
    """Write the newest run of the export `name` below `directory`, which stands for the container.

    Returns the manifest, or the only file of an export that has none.
    """
    written = directory
    for path, content in store.files(store.newest(name)).items():
        written = directory / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(content)
    return written


def write_export(store: Store, name: str, directory: Path) -> Path:
    """Write every run that the account has of the export `name`; returns its folder."""
    export = store.export(name)
    for run in store.runs(export):
        for path, content in store.files(run).items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(content)
    return directory / export.folder

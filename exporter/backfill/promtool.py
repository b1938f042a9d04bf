"""The commands that make blocks of what was written."""

import shlex
from collections.abc import Sequence

from exporter.backfill.output import Output

BLOCK = "744h"
"""The longest block that promtool makes: 20 days, below the month up to which Prometheus itself joins blocks.

promtool reads a file once per block: with its default of 2 hours that would be hundreds of times.
"""


def openmetrics(output: Output) -> str:
    """The command that makes blocks of the file, or of all files of the directory."""
    path, blocks = shlex.quote(str(output.path)), shlex.quote(str(output.blocks))
    create = f"promtool tsdb create-blocks-from openmetrics --max-block-duration={BLOCK}"
    if not output.is_directory:
        return f"{create} {path} {blocks}"
    return f'for file in {path}/*.om; do {create} "$file" {blocks} || break; done'


def described(output: Output) -> Sequence[str]:
    """What to do with the files, as lines of a shell."""
    return (
        "# Make blocks of the samples, then move them into Prometheus' storage (--storage.tsdb.path):",
        openmetrics(output),
        f"mv {shlex.quote(str(output.blocks))}/* /var/lib/prometheus/",
    )

"""`config-schema`: the JSON Schema of the configuration, for editors."""

import argparse
import sys

from exporter.schema import schema_text


def config_schema(arguments: argparse.Namespace) -> int:
    """Print it."""
    sys.stdout.write(schema_text())
    return 0

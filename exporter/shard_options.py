"""The options that choose the accounts of one of several exporters."""

import argparse
import os
import re
from collections.abc import Mapping

from exporter.sharding import MAX_SHARDS, Shard

POD_NAME = "POD_NAME"
"""The variable with the name of the pod, from the field `metadata.name`."""


def add_sharding(command: argparse.ArgumentParser) -> None:
    """Add `--shard`, `--shard.from-pod-name` and `--total-shards`."""
    command.add_argument(
        "--shard", metavar="NUMBER", type=_number, help="read only the accounts of this shard, from 0 (default: 0)"
    )
    command.add_argument(
        "--shard.from-pod-name",
        dest="shard_from_pod_name",
        action="store_true",
        help=f"the shard is the number at the end of {POD_NAME}, the name of a StatefulSet's pod",
    )
    command.add_argument(
        "--total-shards",
        dest="total_shards",
        metavar="NUMBER",
        type=_total,
        help="number of exporters that share the accounts of the configuration (default: 1)",
    )


def chosen_shard(chosen: argparse.Namespace, variables: Mapping[str, str] = os.environ) -> Shard:
    """The shard of these options; raises `ValueError` with the option and what is wrong."""
    if not chosen.shard_from_pod_name:
        try:
            return Shard(chosen.shard or 0, chosen.total_shards or 1)
        except ValueError as error:
            raise ValueError(f"argument --shard: {error}; increase --total-shards") from error
    if chosen.shard is not None:
        raise ValueError("argument --shard.from-pod-name: not with --shard")
    if chosen.total_shards is None:
        raise ValueError("argument --shard.from-pod-name: only with --total-shards")
    if not (name := variables.get(POD_NAME, "")):
        raise ValueError(f"argument --shard.from-pod-name: {POD_NAME} is not set; set it from the field metadata.name")
    try:
        return Shard.from_pod(name, chosen.total_shards)
    except ValueError as error:
        raise ValueError(f"argument --shard.from-pod-name: {POD_NAME}: {error}") from error


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return int(text)


def _total(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_SHARDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of shards from 1 to {MAX_SHARDS}")
    return int(text)

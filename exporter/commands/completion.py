"""`completion`: scripts by which shells complete the command line."""

import argparse
import sys
from collections.abc import Iterator

import shtab

from exporter.apis import ALL

PATHS = {"FILE": shtab.FILE, "DIRECTORY": shtab.DIRECTORY}
"""What completes the values of options, by their name in `--help`."""

CHOICES = {
    "api": [api.name for api in ALL],
    "reports": sorted({report.name for api in ALL for report in api.reports}),
}
"""What completes the arguments of `report`, which itself refuses others with a better message."""

BASH = """
# To bash the = between an option and its value is a word, and without a subcommand run is assumed.
_azure_billing_exporter() {
  local given=("${COMP_WORDS[@]:0:COMP_CWORD+1}") word COMP_WORDS=() COMP_CWORD
  [[ ${given[-1]} == = ]] && given+=("")
  for word in "${given[@]}"; do [[ $word == = ]] || COMP_WORDS+=("$word"); done
  [[ ${COMP_WORDS[1]} == --[!hv]* ]] && COMP_WORDS=("${COMP_WORDS[0]}" run "${COMP_WORDS[@]:1}")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _shtab_azure_billing_exporter "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
}
complete -o bashdefault -F _azure_billing_exporter azure-billing-exporter
"""


def completion(arguments: argparse.Namespace) -> int:
    """Print the script of a shell."""
    parser: argparse.ArgumentParser = arguments.parser
    for action in _actions(parser):
        if isinstance(action.metavar, str) and action.metavar in PATHS:
            action.complete = PATHS[action.metavar]  # type: ignore[attr-defined]
        if action.dest in CHOICES and not action.option_strings:
            action.choices = CHOICES[action.dest]
    sys.stdout.write(shtab.complete(parser, shell=arguments.shell) + BASH * (arguments.shell == "bash"))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options of a parser and of its subcommands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _actions(inner)

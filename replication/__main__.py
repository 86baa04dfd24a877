"""The two commands of the replication: keep a study's results, write the page."""

from __future__ import annotations

import argparse
from pathlib import Path

from .collect import collect
from .page import PAGE, write_page
from .stored import RESULTS


def main() -> None:
    """Parse, call one function, print."""
    parser = argparse.ArgumentParser(prog="python -m replication", description="Write docs/replication.md.")
    commands = parser.add_subparsers(dest="command")
    collecting = commands.add_parser("collect", help="keep the results of finished studies as text")
    collecting.add_argument("folders", nargs="+", type=Path, help="folders that `eligo study run` wrote")
    chosen = parser.parse_args()
    if chosen.command == "collect":
        for folder in chosen.folders:
            print(collect(folder, RESULTS))
    else:
        print(write_page(PAGE))


if __name__ == "__main__":
    main()

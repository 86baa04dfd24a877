"""The commands of the replication: run studies again, keep their results, write the page."""

from __future__ import annotations

import argparse
from pathlib import Path

from .collect import collect
from .page import PAGE, write_page
from .renew import renew
from .stored import RESULTS


def main() -> None:
    """Parse, call one function, print."""
    parser = argparse.ArgumentParser(prog="python -m replication", description="Write docs/replication.md.")
    commands = parser.add_subparsers(dest="command")
    collecting = commands.add_parser("collect", help="keep the results of finished studies as text")
    collecting.add_argument("folders", nargs="+", type=Path, help="folders that `eligo study run` wrote")
    renewing = commands.add_parser("renew", help="run studies of the page, keep their results, write the page")
    renewing.add_argument("names", nargs="*", help="studies; all of them unless named")
    renewing.add_argument("--work", type=Path, default=Path("eligo-studies"), help="where the studies run")
    chosen = parser.parse_args()
    if chosen.command == "collect":
        for folder in chosen.folders:
            print(collect(folder, RESULTS))
    elif chosen.command == "renew":
        try:
            renew(chosen.names, chosen.work)
        except ValueError as error:
            parser.error(str(error))
    else:
        print(write_page(PAGE))


if __name__ == "__main__":
    main()

"""Start Katalog: `python -m sandbox.directory --network tknett --data DIR --port PORT`."""

import sys
from argparse import ArgumentParser
from functools import partial

from sandbox.directory.app import build
from sandbox.directory.codes import NETWORKS
from sandbox.office.program import run

if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m sandbox.directory", add_help=False, allow_abbrev=False)
    _ = parser.add_argument("--network", choices=NETWORKS, required=True, help="whose accounts it administers")
    given, others = parser.parse_known_args(sys.argv[1:])
    run("sandbox.directory", "Katalog", partial(build, given.network), others, own=("--network", given.network))

"""Start SOFIE: `python -m sandbox.sofie --data DIR --port PORT [--exchange DIR]`."""

import argparse
import functools
import sys
from pathlib import Path

from sandbox.office.program import run
from sandbox.sofie.app import build
from sandbox.sofie.machine import missing

if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _ = parser.add_argument("--exchange", type=Path)
    own, others = parser.parse_known_args()
    if lacking := missing():
        sys.exit(f"This machine lacks {', '.join(lacking)}: apt-get install {' '.join(lacking)}")
    exchange: Path | None = own.exchange
    again = ["--exchange", str(exchange)] if exchange else []
    run("sandbox.sofie", "SOFIE", functools.partial(build, exchange=exchange), others, own=again)

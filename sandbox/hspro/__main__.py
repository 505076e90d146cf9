"""Start HsPro: `python -m sandbox.hspro --data DIR --port PORT`."""

import sys

from sandbox.hspro.app import build
from sandbox.office.program import run

if __name__ == "__main__":
    run("sandbox.hspro", "HsPro", build, sys.argv[1:])

"""Start Programportalen: `python -m sandbox.programs --data DIR --port PORT`."""

import sys

from sandbox.office.program import run
from sandbox.programs.app import build

if __name__ == "__main__":
    run("sandbox.programs", "Programportalen", build, sys.argv[1:])

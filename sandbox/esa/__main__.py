"""Start ESA: `python -m sandbox.esa --data DIR --port PORT`."""

import sys

from sandbox.esa.app import build
from sandbox.office.program import run

if __name__ == "__main__":
    run("sandbox.esa", "ESA", build, sys.argv[1:])

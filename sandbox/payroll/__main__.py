"""Start Varde Lønn: `python -m sandbox.payroll --data DIR --port PORT`."""

import sys

from sandbox.office.program import run
from sandbox.payroll.app import build

if __name__ == "__main__":
    run("sandbox.payroll", "Varde Lønn", build, sys.argv[1:])

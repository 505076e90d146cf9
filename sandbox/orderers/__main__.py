"""Start Bestillerregisteret: `python -m sandbox.orderers --data DIR --port PORT`."""

import sys

from sandbox.office.program import run
from sandbox.orderers.app import build

if __name__ == "__main__":
    run("sandbox.orderers", "Bestillerregisteret", build, sys.argv[1:])

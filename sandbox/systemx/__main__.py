"""Start SystemX: `python -m sandbox.systemx --data DIR --port PORT`."""

import sys

from sandbox.office.program import run
from sandbox.systemx.app import build

if __name__ == "__main__":
    run("sandbox.systemx", "SystemX", build, sys.argv[1:])

"""Start Møteportalen: `python -m sandbox.meetings --data DIR --port PORT`."""

import sys

from sandbox.meetings.app import build
from sandbox.office.program import run

if __name__ == "__main__":
    run("sandbox.meetings", "Møteportalen", build, sys.argv[1:])

"""Start a network's directory: `python -m sandbox.lam --network tknett --data DIR --port PORT`."""

import sys

from sandbox.lam.program import run

if __name__ == "__main__":
    run(sys.argv[1:])

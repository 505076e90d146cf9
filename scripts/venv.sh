#!/bin/sh
# Make .venv and install into it what requirements.lock names, with its hashes; run by make when the lock has changed.
set -eu
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! suits .venv/bin/python; then
    for python in python3 python3.13 python3.12 python3.11 ''; do
        if [ -n "$python" ] && suits "$python"; then break; fi
    done
    if [ -z "$python" ]; then
        echo 'Roger needs Python 3.11 or newer, and there is none on the PATH.' >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" -V) ..."
    rm -rf .venv
    "$python" -m venv .venv
fi

echo 'Installing what requirements.lock names (a minute or two the first time) ...'
# `python -m pip`, as the pip on the PATH may be another Python's; PIP_USER would be refused in a venv.
PIP_USER=0 .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock

# Roger itself is not installed but found where it lies: that takes no build tool and no network.
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd >"$packages/roger.pth"
cat >.venv/bin/roger <<LAUNCHER
#!/bin/sh
exec "$(pwd)/.venv/bin/python" -P -c 'from common.cli import main; main()' "\$@"
LAUNCHER
chmod +x .venv/bin/roger

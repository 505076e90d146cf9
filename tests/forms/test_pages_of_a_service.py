"""Pages that a service brings: what is wrong with them is said at the start, and only the api knows of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from common.catalogue import load
from common.errors import ConfigurationError
from common.process import Service
from common.web.pages import brought


def test_a_module_without_pages_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"health_svc\.journal is named as pages of odd"):
        brought.of(Service("odd", title="Odd", pages=["health_svc.journal"]))


def test_no_file_takes_anothers_place() -> None:
    (pages,) = brought.of(load("health"))
    assert {"roger.css", "vaccination.js"} <= brought.static([pages]).keys()
    with pytest.raises(ConfigurationError, match=r"called vaccination-complaints\.js: rename one"):
        brought.static([pages, pages])


def test_a_worker_loads_no_pages() -> None:
    told = "import sys; from common.catalogue import load; load('health'); print({'fastapi', 'health_svc.forms'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"

"""One form all the way: filled in at the station, registered in HsPro by a robot, said to be so, and corrected."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.clock import OSLO, system
from common.identity.caller import Kind
from common.identity.keys import new_key
from common.local.stack import Ports, Stack
from common.settings import DatabaseSettings
from common.testing import Person, person
from health_svc.demo.vaccinations import VACCINES
from tests.forms.screen import NARROW, Screen
from tests.forms.station import BOOKINGS, HPR, SUBMIT

pytestmark = pytest.mark.browser

PAGE = "/forms/vaccination"
BATCHES = ("SYN1234", "SYN1240")
PATIENCE = 60.0


@dataclass
class House:
    """A whole Roger with the stand-ins it works in, and the key of a health worker."""

    stack: Stack
    key: str

    @property
    def url(self) -> str:
        return f"http://localhost:{self.stack.ports.api}"

    def hspro(self, path: str, **content: Any) -> Any:
        """Ask HsPro's console, or tell it something."""
        method = "POST" if "json" in content else "GET"
        answer = httpx.request(method, f"{self.stack.consoles['hspro']}/_kontroll/{path}", timeout=30, **content)
        return answer.raise_for_status().json()

    def doses(self, of: Person) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.hspro("doses", params={"national_id": of.number})
        return found


@pytest.fixture
def house(database: DatabaseSettings, empty_redis: str, tmp_path: Path) -> Generator[House]:
    everything = ["health:*:submit", "health:*:read", "cases:read:all", "registers:write"]
    keys = [new_key("laptop", everything), new_key("anne", [SUBMIT, BOOKINGS], kind=Kind.PERSON)]
    (tmp_path / "api-keys.json").write_text(json.dumps({"keys": [entry for _, entry in keys]}))
    (tmp_path / "api-key").write_text(keys[0][0])
    servers = {"ROGER_DATABASE_URL": database.url, "ROGER_REDIS_URL": empty_redis}
    with Stack("health", tmp_path, ports=Ports.free(), durable=False, settings=servers) as stack:
        today = system().astimezone(OSLO).date()
        found = House(stack, keys[1][0])
        lots = [{"vaccine": "BNT03", "batch": batch, "expiry": str(today + timedelta(days=90))} for batch in BATCHES]
        found.hspro("lots", json=lots)
        asked = {"valid_from": str(date(2020, 12, 27)), "signer": "Vaksinasjonskontoret"}
        headers = {"Authorization": f"Bearer {stack.api_key}"}
        httpx.put(
            f"{stack.api}/v1/registers/vaccines", params=asked, json=VACCINES, headers=headers, timeout=30
        ).raise_for_status()
        yield found


def registered(house: House, screen: Screen, forms: int) -> None:
    """Wait until the page says so of that many forms, and of no other."""
    limit, tick = time.monotonic() + PATIENCE, threading.Event()
    while screen.text("[data-count=registered]") != str(forms):
        assert time.monotonic() < limit, screen.text("#linjer")
        assert screen.text("[data-count=attention]") == "0", screen.text("#linjer")
        tick.wait(0.3)
        screen.js("window.dispatchEvent(new Event('focus'))")


def test_a_form_is_registered_and_then_corrected(house: House) -> None:
    kari = person()
    house.hspro(
        "register",
        json=[
            {
                "national_id": kari.number,
                "family_name": kari.family_name,
                "given_name": kari.given_name,
                "birth_date": kari.birth_date.isoformat(),
            }
        ],
    )
    with closing(Screen()) as screen:
        screen.size(NARROW)
        screen.open(f"{house.url}/logg-inn?til={PAGE}")
        screen.write("#nokkel", house.key)
        screen.tap("form[action='/logg-inn/nokkel'] button")
        screen.until(f"location.pathname === '{PAGE}' && document.readyState === 'complete'")
        screen.write("#sok", kari.number)
        screen.key("Enter")
        screen.until("document.getElementById('dose').checkVisibility()")
        answers = dict.fromkeys(screen.js("[...document.querySelectorAll('.answer')].map((each) => each.id)"), "nei")
        screen.fill({"given_name": kari.given_name, "family_name": kari.family_name, **answers, "indication": "AGE"})
        screen.fill({"consent": "ja", "vaccine_code": "BNT03", "batch_no": BATCHES[0], "dose_no": "1"})
        screen.fill({"site": "LEFT_ARM", "vaccinator_hpr": HPR})
        screen.tap("#send")
        registered(house, screen, 1)
        (dose,) = house.doses(kari)
        assert (dose["vaccine"], dose["batch"], dose["dose_no"]) == ("BNT03", BATCHES[0], 1)

        screen.tap("#linjer .act button")
        screen.until("document.getElementById('dose').checkVisibility()")
        screen.write("#batch_no", BATCHES[1])
        screen.tap("#send")
        registered(house, screen, 2)
        assert screen.text("#linjer li .what").endswith(", rettelse")
        (corrected,) = house.doses(kari)
        assert (corrected["number"], corrected["batch"]) == (dose["number"], BATCHES[1])
    summary = house.hspro("summary")
    assert (sum(summary["doses"].values()), summary["corrections"]) == (1, 1)

"""The screens of program administration on the stand-in's real pages, in one browser."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from itertools import count
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.errors import InvalidValue, RecordLocked, SignedOut, TargetDown, TargetRejected, UnexpectedDialog
from common.testing import MemoryCase, person
from tests.sandbox.visitor import Programs, starting
from useradmin_svc.screens.programs.access import AccessPage, NewAccess
from useradmin_svc.screens.programs.search import AccessHits, AccessToFind, ProgramSearch
from useradmin_svc.screens.programs.target import AccessHit, AccessState, Grant, Holder, ProgramFacts

pytestmark = pytest.mark.browser

SINCE = date(2026, 1, 1)
READER = Grant(roles=("LESER",), units=("311874322", "312900114"), first_day=SINCE, last_day=date(2026, 12, 31))
OFFICER = Grant(roles=("ARKIVAR", "SAKSBEHANDLER"), units=(), first_day=date(2026, 11, 16), last_day=None)
ROLES = ("ARKIVAR", "LESER", "SAKSBEHANDLER")

_serial = count(1)


class Portal:
    """The portal, a browser that is signed in there, and somebody new."""

    def __init__(self, programs: Programs, browser: Browser) -> None:
        who = person()
        self.programs, self._browser = programs, browser
        self.holder = Holder(
            user_name=f"user{next(_serial)}", number=who.number, name=f"{who.family_name}, {who.given_name}"
        )

    def start(self) -> ProgramSearch:
        return RealScreens(MemoryCase(), self._browser, None).open(ProgramSearch)

    def search(self, **sought: str) -> AccessHits:
        return self.start().search(AccessToFind(**sought))

    def page(self) -> AccessPage:
        """The only access of the holder."""
        hits = self.search(user_name=self.holder.user_name)
        (hit,) = hits.accesses()
        return hits.open(hit)

    def new(self, program: str = "ESA") -> NewAccess:
        return self.search(program=program).new()

    def seed(self, **different: Any) -> None:
        row = {
            "program": "ESA",
            "user_name": self.holder.user_name,
            "person": self.holder.number,
            "name": self.holder.name,
            "roles": READER.roles,
            "units": READER.units,
            "from": "2026-01-01",
            "to": "2026-12-31",
        }
        self.programs.post("accesses", [row | different])

    def standing(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.programs.get("accesses", user_name=self.holder.user_name)
        return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Programs, Browser]]:
    with starting(Programs, tmp_path_factory) as start:
        programs = start()
        browser = Browser(BrowserSettings(), {"programs": programs.url})
        yield programs, browser
        browser.close()


@pytest.fixture
def portal(whole: tuple[Programs, Browser]) -> Portal:
    programs, browser = whole
    programs.console.delete("/_kontroll/faults")
    esa = {"code": "ESA", "name": "Sak og arkiv", "licences": None, "roles": ROLES}
    full = {"code": "AGRESSO", "name": "Økonomi", "licences": 0, "roles": ["BESTILLER"]}
    programs.post("programs", [esa, full])
    return Portal(programs, browser)


def test_the_programs_there_are(portal: Portal) -> None:
    portal.seed()
    used = portal.programs.get("summary")["active"]
    assert portal.start().programs() == [
        ProgramFacts(code="AGRESSO", name="Økonomi", roles=("BESTILLER",), licences_used=0, licences=0),
        ProgramFacts(code="ESA", name="Sak og arkiv", roles=ROLES, licences_used=used, licences=None),
    ]
    assert [each.exhausted for each in portal.start().programs()] == [True, False]


def test_an_access_is_found_by_user_and_by_person_whatever_its_state(portal: Portal) -> None:
    portal.seed()
    portal.seed(program="AGRESSO", roles=[], units=[], to=None, state="DISABLED")
    agresso, esa = portal.search(number=portal.holder.number).accesses()
    told = {"user_name": portal.holder.user_name, "name": portal.holder.name}
    assert esa == AccessHit(program="ESA", grant=READER, state=AccessState.ACTIVE, **told)
    assert (agresso.program, agresso.grant.roles, agresso.state) == ("AGRESSO", (), AccessState.DISABLED)
    assert portal.search(program="ESA", user_name=portal.holder.user_name).accesses() == [esa]
    assert portal.search(user_name=portal.holder.user_name, number=person().number).accesses() == []


def test_a_program_that_is_not_there(portal: Portal) -> None:
    with pytest.raises(InvalidValue):
        portal.search(program="SOFIE")


def test_all_that_an_access_says(portal: Portal) -> None:
    portal.seed(open_items=4)
    told = portal.page().facts()
    assert (told.program, told.holder, told.grant, told.state) == ("ESA", portal.holder, READER, AccessState.ACTIVE)
    assert (told.open_items, told.known_roles, told.locked) == (4, ROLES, False)


def test_a_new_access_is_as_it_was_ordered(portal: Portal) -> None:
    told = portal.new().create(portal.holder, OFFICER).access().facts()
    assert (told.holder, told.grant, told.state) == (portal.holder, OFFICER, AccessState.ACTIVE)


def test_a_change_replaces_what_stood(portal: Portal) -> None:
    portal.seed()
    assert portal.page().save(OFFICER).access().facts().grant == OFFICER
    assert portal.page().save(READER).access().facts().grant == READER


def test_an_access_is_blocked_and_reopened_with_what_it_allows(portal: Portal) -> None:
    portal.seed()
    ended = READER.model_copy(update={"last_day": date(2025, 12, 1)})
    blocked = portal.page().disable(ended).access().facts()
    assert (blocked.state, blocked.grant) == (AccessState.DISABLED, ended)
    reopened = portal.page().reopen(OFFICER).access().facts()
    assert (reopened.state, reopened.grant) == (AccessState.ACTIVE, OFFICER)


class TestRefused:
    def test_a_role_that_the_program_does_not_have(self, portal: Portal) -> None:
        with pytest.raises(InvalidValue) as refused:
            portal.new().create(portal.holder, OFFICER.model_copy(update={"roles": ("ARKIVAR", "SJEF")}))
        assert refused.value.detail == {"roles": ["SJEF"]}
        assert portal.standing() == []

    def test_no_licence_left(self, portal: Portal) -> None:
        grant = OFFICER.model_copy(update={"roles": ("BESTILLER",)})
        with pytest.raises(TargetRejected) as refused:
            portal.new("AGRESSO").create(portal.holder, grant)
        assert refused.value.detail == {"reason": "Ingen ledige lisenser"}
        portal.seed(program="AGRESSO", roles=[], state="DISABLED")
        with pytest.raises(TargetRejected):
            portal.page().reopen(grant)
        assert [each["state"] for each in portal.standing()] == ["DISABLED"]

    def test_what_the_portal_does_not_take(self, portal: Portal) -> None:
        with pytest.raises(TargetRejected) as refused:
            portal.new().create(portal.holder, OFFICER.model_copy(update={"units": ("Lia skole",)}))
        why = "Tilgangen kan ikke lagres: skriv enheter som organisasjonsnumre med komma mellom."
        assert refused.value.detail == {"reason": why}

    @pytest.mark.parametrize("save", [AccessPage.save, AccessPage.disable])
    def test_somebody_else_has_it_open(self, portal: Portal, save: Callable[[AccessPage, Grant], object]) -> None:
        portal.seed()
        page = portal.page()
        portal.programs.post(
            "locks", [{"record": "access", "key": ["ESA", portal.holder.user_name], "locked_by": "adm04"}]
        )
        with pytest.raises(RecordLocked):
            save(page, OFFICER)
        assert portal.page().facts().locked
        assert [each["roles"] for each in portal.standing()] == [["LESER"]]


def test_what_looks_like_code_is_stored_as_it_was_typed(portal: Portal) -> None:
    strange = Holder(
        user_name=f"*)(uid={portal.holder.user_name}", number=portal.holder.number, name='<b>Øst</b> & "Søn", \\2a'
    )
    assert portal.new().create(strange, OFFICER).access().facts().holder == strange
    assert [hit.name for hit in portal.search(user_name=strange.user_name).accesses()] == [strange.name]


class TestInterrupted:
    """What the sign-in that several targets share brings with it."""

    def test_the_error_page(self, portal: Portal) -> None:
        search = portal.start()
        portal.programs.fault("error_page", times=1)
        with pytest.raises(TargetDown):
            search.search(AccessToFind(program="ESA"))

    def test_signed_out(self, portal: Portal) -> None:
        search = portal.start()
        portal.programs.fault("sign_out", times=1)
        with pytest.raises(SignedOut):
            search.search(AccessToFind(program="ESA"))

    def test_a_message_over_the_page(self, portal: Portal) -> None:
        search = portal.start()
        portal.programs.fault("dialog", kind="modal", text="Vedlikehold kl. 16", times=1)
        with pytest.raises(UnexpectedDialog):
            search.search(AccessToFind(program="ESA"))

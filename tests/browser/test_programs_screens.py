"""The screens of program administration: on the stand-in's real pages, and as tests of processes know them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date

import pytest
from program_portals import READER, ROLES, MemoryPortal, Portal, RealPortal, programs_and_browser

from common.browser.session import Browser
from common.errors import InvalidValue, RecordLocked, SignedOut, TargetDown, TargetRejected, UnexpectedDialog
from common.testing import person
from tests.sandbox.visitor import Programs
from useradmin_svc.screens.programs.access import AccessPage
from useradmin_svc.screens.programs.search import AccessToFind
from useradmin_svc.screens.programs.target import AccessHit, AccessState, Grant, Holder, ProgramFacts

pytestmark = pytest.mark.browser

OFFICER = Grant(roles=("ARKIVAR", "SAKSBEHANDLER"), units=(), first_day=date(2026, 11, 16), last_day=None)
NOTHING = OFFICER.model_copy(update={"roles": ()})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Programs, Browser]]:
    with programs_and_browser(tmp_path_factory) as both:
        yield both


@pytest.fixture
def real(whole: tuple[Programs, Browser]) -> RealPortal:
    whole[0].console.delete("/_kontroll/faults")
    return RealPortal(*whole)


@pytest.fixture(params=["memory", "real"])
def portal(request: pytest.FixtureRequest) -> Portal:
    return MemoryPortal() if request.param == "memory" else request.getfixturevalue("real")


def test_the_programs_there_are(portal: Portal) -> None:
    portal.seed()
    portal.seed(state=AccessState.DISABLED)
    agresso, before = portal.start().programs()
    assert agresso == ProgramFacts(code="AGRESSO", name="Agresso", roles=("BESTILLER",), licences_used=0, licences=0)
    assert (before.code, before.name, before.roles, before.licences) == ("ESA", "Esa", ROLES, None)
    assert (agresso.exhausted, before.exhausted) == (True, False)
    portal.seed()
    assert portal.start().programs()[1].licences_used == before.licences_used + 1


def test_an_access_is_found_by_user_and_by_person_whatever_its_state(portal: Portal) -> None:
    portal.seed()
    portal.seed("AGRESSO", NOTHING, AccessState.DISABLED)
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


def _save(page: AccessPage) -> object:
    return page.save(OFFICER)


def _disable(page: AccessPage) -> object:
    return page.disable(OFFICER)


class TestRefused:
    def test_a_role_that_the_program_does_not_have(self, portal: Portal) -> None:
        with pytest.raises(InvalidValue) as refused:
            portal.new().create(portal.holder, OFFICER.model_copy(update={"roles": ("ARKIVAR", "SJEF")}))
        assert refused.value.detail == {"roles": ["SJEF"]}
        assert portal.search(user_name=portal.holder.user_name).accesses() == []

    def test_no_licence_left(self, portal: Portal) -> None:
        grant = OFFICER.model_copy(update={"roles": ("BESTILLER",)})
        with pytest.raises(TargetRejected) as refused:
            portal.new("AGRESSO").create(portal.holder, grant)
        assert refused.value.detail == {"reason": "Ingen ledige lisenser"}
        portal.seed("AGRESSO", NOTHING, AccessState.DISABLED)
        with pytest.raises(TargetRejected):
            portal.page().reopen(grant)
        assert portal.page().facts().state is AccessState.DISABLED

    def test_what_the_portal_does_not_take(self, portal: Portal) -> None:
        with pytest.raises(TargetRejected) as refused:
            portal.new().create(portal.holder, OFFICER.model_copy(update={"units": ("Lia skole",)}))
        why = "Tilgangen kan ikke lagres: skriv enheter som organisasjonsnumre med komma mellom."
        assert refused.value.detail == {"reason": why}

    def test_days_that_make_no_sense(self, portal: Portal) -> None:
        one_day = OFFICER.model_copy(update={"last_day": OFFICER.first_day})
        assert portal.new().create(portal.holder, one_day).access().facts().grant == one_day
        with pytest.raises(TargetRejected) as refused:
            portal.page().save(OFFICER.model_copy(update={"last_day": date(2026, 11, 15)}))
        assert refused.value.detail == {"reason": "Tilgangen kan ikke lagres: siste dag er før første dag."}

    @pytest.mark.parametrize("do", [_save, _disable])
    def test_somebody_else_has_it_open(self, portal: Portal, do: Callable[[AccessPage], object]) -> None:
        portal.seed()
        page = portal.page()
        portal.lock()
        with pytest.raises(RecordLocked):
            do(page)
        told = portal.page().facts()
        assert (told.locked, told.grant, told.state) == (True, READER, AccessState.ACTIVE)


def test_what_looks_like_code_is_stored_as_it_was_typed(portal: Portal) -> None:
    strange = Holder(
        user_name=f"*)(uid={portal.holder.user_name}", number=portal.holder.number, name='<b>Øst</b> & "Søn", \\2a'
    )
    assert portal.new().create(strange, OFFICER).access().facts().holder == strange
    assert [hit.name for hit in portal.search(user_name=strange.user_name).accesses()] == [strange.name]


class TestInterrupted:
    """What the sign-in that several targets share brings with it."""

    def test_the_error_page(self, real: RealPortal) -> None:
        search = real.start()
        real.programs.fault("error_page", times=1)
        with pytest.raises(TargetDown):
            search.search(AccessToFind(program="ESA"))

    def test_signed_out(self, real: RealPortal) -> None:
        search = real.start()
        real.programs.fault("sign_out", times=1)
        with pytest.raises(SignedOut):
            search.search(AccessToFind(program="ESA"))

    def test_a_message_over_the_page(self, real: RealPortal) -> None:
        search = real.start()
        real.programs.fault("dialog", kind="modal", text="Vedlikehold kl. 16", times=1)
        with pytest.raises(UnexpectedDialog):
            search.search(AccessToFind(program="ESA"))

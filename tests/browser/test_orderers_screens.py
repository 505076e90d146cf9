"""The screens of the register of authorised orderers: on the stand-in's real pages, and as tests of processes know them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date

import pytest
from orderer_offices import SIGNED, MemoryOffice, Office, RealOffice, orderers_and_browser

from common.browser.session import Browser
from common.errors import ConflictInTarget, PersonNotFound, RecordLocked, TargetRejected
from tests.sandbox.visitor import Orderers
from useradmin_svc.screens.orderers.employee import EmployeeFacts
from useradmin_svc.screens.orderers.orderer import OrdererPage
from useradmin_svc.screens.orderers.target import Authorisation, AuthorisationState, OrdererHit, Signing, UnitFacts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Orderers, Browser]]:
    with orderers_and_browser(tmp_path_factory) as both:
        yield both


@pytest.fixture(params=["memory", "real"])
def office(request: pytest.FixtureRequest) -> Office:
    return MemoryOffice() if request.param == "memory" else RealOffice(*request.getfixturevalue("whole"))


def test_an_orderer_is_found_and_read(office: Office) -> None:
    office.seed(signed=date(2019, 12, 30))
    office.seed(office.health, last_day=date(2020, 12, 31))
    office.seed(last_day=date(2021, 6, 30), revoked=True)
    hits = office.search(orderer_id=office.user, unit=office.health)
    assert hits.orderers() == [OrdererHit(orderer_id=office.user, employee_no=office.employee_no, name=office.name)]
    told = hits.open(hits.orderers()[0]).facts()
    assert (told.orderer_id, told.employee_no, told.name) == (office.user, office.employee_no, office.name)
    assert (told.number, told.role, told.locked) == (office.who.number, True, False)
    active, expired, revoked = told.authorisations
    assert active == Authorisation(
        number=active.number,
        unit=office.school,
        unit_name="Lia skole",
        first_day=date(2020, 1, 1),
        last_day=None,
        state=AuthorisationState.ACTIVE,
        signed_by="100778",
        signed=date(2019, 12, 30),
        signature="ES-1",
    )
    assert (expired.state, expired.signed) == (AuthorisationState.EXPIRED, None)
    assert (revoked.state, revoked.last_day) == (AuthorisationState.REVOKED, date(2021, 6, 30))


@pytest.mark.parametrize(
    ("on", "held"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_on_which_days_an_authorisation_held(office: Office, on: date, held: bool) -> None:  # noqa: FBT001
    office.seed(last_day=date(2020, 12, 31))
    assert office.page().facts().authorisations[0].held(on) is held


def test_nobody_is_found(office: Office) -> None:
    assert office.search(orderer_id="best404").orderers() == []


def test_an_employee_becomes_an_orderer(office: Office) -> None:
    saved = office.new().save(office.employee_no, office.signing())
    orderer_id, number = saved.orderer_id(), saved.number()
    told = saved.orderer().facts()
    assert (told.orderer_id, told.number, told.role) == (orderer_id, office.who.number, True)
    (made,) = told.authorisations
    assert {name: getattr(made, name) for name in Signing.model_fields} == office.signing().model_dump()
    assert (made.number, made.state) == (number, AuthorisationState.ACTIVE)


def test_one_more_authorisation_without_end(office: Office) -> None:
    office.seed()
    saved = office.page().authorise().save(office.signing(unit=office.health, last_day=None))
    orderer_id, number = saved.orderer_id(), saved.number()
    assert orderer_id == office.user
    first, second = saved.orderer().facts().authorisations
    assert (first.unit, second.unit, second.last_day, second.number) == (office.school, office.health, None, number)


def test_an_authorisation_is_ended_and_the_role_goes_and_comes(office: Office) -> None:
    office.seed()
    office.seed(office.health)
    kept, gone = (each.number for each in office.page().facts().authorisations)
    ended = office.page().end(gone).end(date(2026, 11, 20)).orderer()
    first, second = ended.facts().authorisations
    assert (first.state, second.state) == (AuthorisationState.ACTIVE, AuthorisationState.REVOKED)
    assert second.last_day == date(2026, 11, 20)
    with pytest.raises(ConflictInTarget):
        ended.end(gone)
    with pytest.raises(TargetRejected) as early:
        ended.remove_role()
    assert early.value.detail == {"reason": "Bestillerrollen kan ikke endres: det er fortsatt en aktiv fullmakt."}
    page = office.page().end(kept).end(date(2026, 11, 20)).orderer()
    page = page.remove_role().orderer()
    assert not page.facts().role
    with pytest.raises(TargetRejected):
        page.give_role()
    page = office.page().authorise().save(office.signing()).orderer()
    assert page.give_role().orderer().facts().role
    assert office.writes() == ["end", "end", "role", "authorisation", "role"]


def _remove_role(_: Office, page: OrdererPage) -> object:
    return page.remove_role()


def _authorise(office: Office, page: OrdererPage) -> object:
    return page.authorise().save(office.signing())


def _end(_: Office, page: OrdererPage) -> object:
    return page.end(page.facts().authorisations[0].number).end(SIGNED)


class TestRefused:
    def test_nobody_whom_the_municipality_employs(self, office: Office) -> None:
        with pytest.raises(PersonNotFound):
            office.new().save("404", office.signing())

    def test_a_unit_that_is_not_there(self, office: Office) -> None:
        unknown = office.signing(unit="399456780")
        with pytest.raises(TargetRejected) as refused:
            office.new().save(office.employee_no, unknown)
        assert refused.value.detail == {"reason": "Fullmakten kan ikke lagres: ukjent enhet."}
        office.seed()
        with pytest.raises(TargetRejected):
            office.page().authorise().save(unknown)
        assert office.writes() == []

    def test_somebody_else_has_ended_it(self, office: Office) -> None:
        office.seed()
        number = office.number()
        form = office.page().end(number)
        office.end_meanwhile(number)
        with pytest.raises(TargetRejected) as refused:
            form.end(date(2026, 11, 20))
        assert refused.value.detail == {"reason": "Fullmakten kan ikke avsluttes: den er ikke aktiv."}
        assert [each.last_day for each in office.page().facts().authorisations] == [SIGNED]

    @pytest.mark.parametrize("do", [_remove_role, _authorise, _end])
    def test_somebody_else_has_the_orderer_open(
        self, office: Office, do: Callable[[Office, OrdererPage], object]
    ) -> None:
        office.seed()
        page = office.page()
        office.lock()
        with pytest.raises(RecordLocked):
            do(office, page)
        assert office.page().facts().locked
        assert office.writes() == []


def test_a_unit_with_its_leader_and_orderers(office: Office) -> None:
    office.seed()
    office.seed(user=f"a{office.user}", last_day=date(2020, 12, 31))
    page = office.unit(office.school)
    assert page is not None
    told = page.facts()
    assert told == UnitFacts(
        unit=office.school,
        name="Lia skole",
        unit_type="SKOLE",
        leader_name="Leder, Lise",
        leader_employee_no="100778",
        active_orderers=1,
        orderers=told.orderers,
    )
    assert [(each.orderer_id, each.state) for each in told.orderers] == [
        (f"a{office.user}", AuthorisationState.EXPIRED),
        (office.user, AuthorisationState.ACTIVE),
    ]
    empty = office.unit(office.health)
    assert empty is not None
    assert (empty.facts().active_orderers, empty.facts().orderers) == (0, ())
    assert office.unit("399456780") is None


def test_whose_an_employee_number_is(office: Office) -> None:
    page = office.employee(office.employee_no)
    assert page is not None
    assert page.facts() == EmployeeFacts(employee_no=office.employee_no, name=office.name, number=office.who.number)
    assert office.employee("404") is None


def test_what_looks_like_code_is_stored_as_it_was_typed(office: Office) -> None:
    strange = office.signing(signature="<i>ES</i> & *)(cn=*")
    (made,) = office.new().save(office.employee_no, strange).orderer().facts().authorisations
    assert made.signature == strange.signature

"""`authorised-orderers`: whoever a unit's leader has signed for may order for it, and nobody else (USR-04)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from common.errors import ConflictInTarget
from common.norway.calendar import oslo_date
from common.process import Outcome, OutcomeCode, Retention, Run, Task
from common.reasons import reason_of
from useradmin_svc.authorisation import SelfOrder, authorised
from useradmin_svc.directory.desk import TkNett
from useradmin_svc.directory.whose import whereabouts
from useradmin_svc.orderers.desk import OrdererDesk
from useradmin_svc.orderers.ordered import SETTINGS, OrderedAuthorisation, OrdererAction, Signature
from useradmin_svc.orderers.rules import (
    active_of,
    require_another_signer,
    require_leader,
    require_left,
    to_authorise,
    to_end,
)
from useradmin_svc.orderers.tasks import tell_of_many_orderers, tell_of_no_orderer
from useradmin_svc.screens.orderers.target import Authorisation, OrdererFacts, Orderers, Signing
from useradmin_svc.service import useradmin

USER_ADMINISTRATION = "user-administration"


def tell_the_user_administration(code: str) -> Task:
    """A unit waits for its orderer, or somebody may still order who should not."""
    return Task(
        name="orderer-not-as-signed",
        role=USER_ADMINISTRATION,
        title="Fullmakt som bestiller er ikke registrert som bestilt",
        text=(
            f"Roger kunne ikke registrere eller avslutte fullmakten til en autorisert bestiller. {reason_of(code).situation} "
            "Saken står i arbeidslisten: gjør det selv, eller send bestillingen tilbake til enhetslederen."
        ),
    )


@useradmin.process(
    "authorised-orderers",
    called="Autoriserte bestillere",
    targets=[Orderers, TkNett],
    manual_minutes=6.0,
    due=timedelta(days=2),
    retention=Retention.ORDERS,
    fallout=tell_the_user_administration,
)
def authorised_orderer(order: OrderedAuthorisation, run: Run) -> Outcome:
    """See to it that somebody may order for the units whose leader has signed for that, or may not any more."""
    signature = order.signature
    if signature is None:
        return _ended_by_leaving(order, run)
    require_another_signer(signature, order.person.employee_no, SETTINGS)
    desk = OrdererDesk(run, order.person.employee_no, order.sought(run))
    if order.action is OrdererAction.DELETE:
        return _ended_by_signature(order, signature, run, desk)

    run.step("leaders", _require_leaders, order.units, signature, desk)
    desk.require_employed()  # by each attempt: nobody who has left meanwhile may order
    before = run.step("standing", desk.look)
    _require_another_orderer(order, before)
    return _authorised(order, signature, run, desk, before)


def _authorised(
    order: OrderedAuthorisation, signature: Signature, run: Run, desk: OrdererDesk, before: OrdererFacts | None
) -> Outcome:
    last_day = order.last_day(signature)
    missing = run.step("missing", to_authorise, order.units, before, last_day, run.today(), SETTINGS)
    known = {each.number for each in active_of(before)}
    made = [
        unit
        for unit, first_day in missing.items()
        if _entered(_signing(signature, unit, first_day, last_day), run, desk, known)
    ]
    role = run.ensure("role", of=str, find=lambda: desk.with_role(role=True), create=desk.give_role)
    detail = {"orderer_id": role.value, "valid_to": {unit: desk.ends(unit) for unit in order.units}}
    if not made and not role.created:
        return Outcome(OutcomeCode.EXISTS, detail)
    outcome = Outcome(OutcomeCode.UPDATED if known else OutcomeCode.CREATED, detail)
    crowded = [unit for unit in made if desk.unit(unit).active_orderers > SETTINGS.most_per_unit]
    return outcome.telling(*(tell_of_many_orderers(unit, SETTINGS.most_per_unit) for unit in crowded))


def _entered(signing: Signing, run: Run, desk: OrdererDesk, known: set[str]) -> bool:
    """See to it that the register has a new authorisation for the unit; whether this case has entered it."""
    entered = run.ensure(
        f"authorisation:{signing.unit}",
        of=Authorisation,
        find=lambda: [each for each in desk.active(signing.unit) if each.number not in known],
        create=lambda: desk.authorise(signing),
    )
    if entered.created and not entered.value.says(signing):
        raise ConflictInTarget("The register shows another authorisation than was entered")
    return entered.created


def _signing(signature: Signature, unit: str, first_day: date, last_day: date) -> Signing:
    return Signing(
        unit=unit,
        first_day=first_day,
        last_day=last_day,
        signed_by=signature.by,
        signed=signature.at,
        signature=signature.reference,
    )


def _ended_by_signature(order: OrderedAuthorisation, signature: Signature, run: Run, desk: OrdererDesk) -> Outcome:
    """The leader of each unit takes back what was signed."""
    before = run.step("standing", desk.look)
    _require_another_orderer(order, before)
    ending = to_end(order.units, before)
    run.step("leaders", _require_leaders, sorted({*order.units, *(each.unit for each in ending)}), signature, desk)
    return _ended(ending, before, run, desk)


def _ended_by_leaving(order: OrderedAuthorisation, run: Run) -> Outcome:
    """Whoever is gone orders for no unit any more, and whoever has left a unit not for that one."""
    authority = authorised(run, order)
    desk = OrdererDesk(run, order.person.employee_no, order.sought(run))
    seen = whereabouts(run, order)  # by each attempt: they may be back
    before = run.step("standing", desk.look)
    ending = to_end(order.units, before)
    units = sorted({each.unit for each in ending})
    require_left(units, seen)
    if not seen.gone:
        for unit in units:
            authority.require(unit, oslo_date(order.ordered(run)))
    return _ended(ending, before, run, desk)


def _ended(ending: list[Authorisation], before: OrdererFacts | None, run: Run, desk: OrdererDesk) -> Outcome:
    for each in ending:
        run.ensure(
            f"end:{each.number}",
            of=Authorisation,
            find=partial(desk.ended, each.number),
            create=partial(desk.end, each.number, run.today()),
        )
    shut_out = before is not None and before.role and len(ending) == len(active_of(before))
    if shut_out:
        run.ensure("role", of=str, find=lambda: desk.with_role(role=False), create=desk.remove_role)
    if not ending and not shut_out:
        return Outcome(OutcomeCode.NOOP)
    units = sorted({each.unit for each in ending})
    left_alone = [unit for unit in units if not desk.unit(unit).active_orderers]
    outcome = Outcome(OutcomeCode.UPDATED, {"units": units, "role": not shut_out})
    return outcome.telling(*map(tell_of_no_orderer, left_alone))


def _require_leaders(units: Iterable[str], signature: Signature, desk: OrdererDesk) -> None:
    """Whoever signed leads each of the units; raises NotAuthorised, and InvalidValue for a unit that is none."""
    for unit in units:
        require_leader(signature, desk.unit(unit))


def _require_another_orderer(order: OrderedAuthorisation, orderer: OrdererFacts | None) -> None:
    """Nobody orders for themselves, whoever has signed; raises SelfOrder."""
    if orderer is not None and orderer.orderer_id == order.orderer_id:
        raise SelfOrder

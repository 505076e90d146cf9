"""`program-accesses`: somebody has the access to a program that was ordered for them, no more and no less (USR-01)."""

from __future__ import annotations

from datetime import date, timedelta

from common.errors import NotAuthorised
from common.norway.calendar import oslo_date
from common.process import Outcome, OutcomeCode, Retention, Run, Task
from common.reasons import reason_of
from useradmin_svc.accesses.desk import AccessDesk
from useradmin_svc.accesses.ordered import SETTINGS, Action, OrderedAccess
from useradmin_svc.accesses.registers import forbidden_roles, program_of, program_roles
from useradmin_svc.accesses.rules import require_allowed, require_compatible, require_second_approval
from useradmin_svc.accesses.standing import Act, Plan, Standing, plan_of
from useradmin_svc.authorisation import Authority, authorised
from useradmin_svc.directory.desk import TkNett
from useradmin_svc.directory.entry import Sighting
from useradmin_svc.directory.whose import Whereabouts, account_in_use, whereabouts
from useradmin_svc.screens.orderers.target import Orderers
from useradmin_svc.screens.programs.target import Access, Programs
from useradmin_svc.service import useradmin
from useradmin_svc.units import unit_of

USER_ADMINISTRATION = "user-administration"


def tell_the_user_administration(code: str) -> Task:
    """Somebody cannot work without the access, or still has one that was to end."""
    return Task(
        name="access-not-as-ordered",
        role=USER_ADMINISTRATION,
        title="Tilgang til fagprogram er ikke som bestilt",
        text=(
            f"Roger kunne ikke utføre en bestilling av tilgang til et fagprogram. {reason_of(code).situation} Saken står i "
            "arbeidslisten: gi, endre eller avslutt tilgangen selv, eller send bestillingen tilbake til bestilleren."
        ),
    )


@useradmin.process(
    "program-accesses",
    called="Tilgang til fagprogrammer",
    targets=[Orderers, TkNett, Programs],
    manual_minutes=8.0,
    due=timedelta(days=1),
    retention=Retention.ORDERS,
    fallout=tell_the_user_administration,
)
def program_access(order: OrderedAccess, run: Run) -> Outcome:
    """See to it that somebody's access to a program is as it was ordered by who may order it, and approved by who must."""
    authority = authorised(run, order, *(order.data_scope if order.action is Action.NEW else ()))
    desk = AccessDesk(run, order.program, order.sought(run))
    if order.action is Action.DELETE:
        return _ended(order, run, authority, desk)

    # Looked up by each attempt: nobody who has been removed meanwhile gets an access.
    account = account_in_use(run, order)
    before = run.step("standing", desk.look, [account.user_name])
    plan = run.step("plan", _planned, order, before, account, run.today())
    if plan is None:
        return _outcome(OutcomeCode.EXISTS, before.here)
    _require_theirs(plan, order, run, authority)
    if plan.grants:
        _require_grantable(plan, order, run, authority, before)
    return _carried_out(plan, run, desk, before, account.user_name)


def _ended(order: OrderedAccess, run: Run, authority: Authority, desk: AccessDesk) -> Outcome:
    """Whoever has left needs no account for that: their user names only help to find what is to end."""
    seen = whereabouts(run, order)  # by each attempt: they may be back
    before = run.step("standing", desk.look, seen.user_names)
    plan = run.step("plan", _planned, order, before, None, run.today())
    if plan is None:
        return _outcome(OutcomeCode.NOOP, before.here)
    _require_theirs(plan, order, run, authority, seen)
    return _carried_out(plan, run, desk, before, "")


def _planned(order: OrderedAccess, before: Standing, account: Sighting | None, today: date) -> Plan | None:
    return plan_of(order, before.here, account, today)


def _require_theirs(
    plan: Plan, order: OrderedAccess, run: Run, authority: Authority, seen: Whereabouts | None = None
) -> None:
    """Nobody changes what another unit has ordered, unless the person is gone; raises NotAuthorised."""
    if seen is not None and seen.gone:
        return
    for unit in plan.units:
        try:
            authority.require(unit, oslo_date(order.ordered(run)))
        except NotAuthorised as refused:
            refused.detail = {"unit": unit}
            raise


def _require_grantable(plan: Plan, order: OrderedAccess, run: Run, authority: Authority, before: Standing) -> None:
    """What the registers say today; what only takes away from somebody is not asked for."""
    today = run.today()
    program = program_of(run, order.program)
    types = {unit: unit_of(run, unit, on=today).unit_type for unit in plan.grant.units}
    require_allowed(order.program, plan.grant.roles, types, program_roles.on(run, today).rows)
    require_second_approval(order, program, authority.employee_no, SETTINGS.owner_role)
    granted = frozenset((order.program, role) for role in plan.grant.roles)
    require_compatible(granted, before.roles_elsewhere(today), forbidden_roles.on(run, today).rows)


def _carried_out(plan: Plan, run: Run, desk: AccessDesk, before: Standing, user_name: str) -> Outcome:
    made = run.ensure(
        "access",
        of=Access,
        find=lambda: desk.as_planned(plan),
        create=lambda: desk.carry_out(plan, before, user_name),
    )
    if not made.created:
        return _outcome(OutcomeCode.NOOP if plan.act is Act.DISABLE else OutcomeCode.EXISTS, made.value)
    return _outcome(OutcomeCode.CREATED if plan.act is Act.CREATE else OutcomeCode.UPDATED, made.value)


def _outcome(code: OutcomeCode, access: Access | None) -> Outcome:
    """With what stands now, for whoever ordered it."""
    if access is None:
        return Outcome(code)
    grant = access.grant
    detail = {
        "user_name": access.holder.user_name,
        "roles": grant.roles,
        "units": grant.units,
        "valid_to": grant.last_day,
    }
    return Outcome(code, detail)

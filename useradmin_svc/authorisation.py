"""Whether whoever ordered might order: asked before any other target is opened, whatever the order is about (domain B2)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from common.errors import AmbiguousHit, NotAuthorised
from common.norway.calendar import oslo_date
from common.process import Run
from useradmin_svc.order import Order
from useradmin_svc.screens.orderers.search import OrdererSearch, OrdererToFind
from useradmin_svc.screens.orderers.target import OrdererFacts, Validity


class SelfOrder(NotAuthorised):
    """Somebody ordered for themselves, or signed what they are to be given."""

    code = "SELF_ORDER"
    situation = "Den som har bestilt eller signert, er den som bestillingen gjelder."
    remedy = "Be en annen som har fullmakt for enheten, om å bestille på nytt."


class AuthorisationExpired(NotAuthorised):
    """Whoever ordered was authorised for the unit, but not on the day of the order."""

    code = "AUTHORISATION_EXPIRED"
    situation = (
        "Den som har bestilt, hadde ikke lenger, eller ennå ikke, fullmakt for enheten da bestillingen ble gjort."
    )
    remedy = "Forny fullmakten (authorised-orderers), eller la en annen som har fullmakt, bestille på nytt."


class Authority(BaseModel, frozen=True):
    """For which units somebody has been authorised to order, and when."""

    employee_no: str
    number: str
    """The orderer's national id."""
    held: tuple[tuple[str, Validity], ...]
    """Unit by unit, also what has ended."""

    def __repr__(self) -> str:
        return "Authority(…)"

    def may(self, unit: str, day: date) -> bool:
        """Whether they might order for the unit on that day."""
        return any(of == unit and validity.held(day) for of, validity in self.held)

    def require(self, unit: str, day: date) -> None:
        """Raises NotAuthorised for somebody who never was authorised for the unit, AuthorisationExpired for another time."""
        if not any(of == unit for of, _ in self.held):
            raise NotAuthorised("Whoever ordered has no authorisation for the unit")
        if not self.may(unit, day):
            raise AuthorisationExpired


def authorised(run: Run, order: Order, *units: str) -> Authority:
    """Who ordered, if they were authorised for the order's unit, and these besides, on the day of the order.

    Raises NotAuthorised for somebody who never was, AuthorisationExpired for another time, SelfOrder for an order about
    oneself. A later withdrawal changes nothing: orders stay valid if submitted before (USR-04).
    """
    authority = run.step("orderer", _authority, run, order.orderer_id)
    if authority.employee_no == order.person.employee_no or authority.number == order.person.person_id:
        raise SelfOrder
    day = oslo_date(order.ordered(run))
    for unit in dict.fromkeys((order.unit, *units)):
        authority.require(unit, day)
    return authority


def _authority(run: Run, orderer_id: str) -> Authority:
    facts = orderer_of(run, orderer_id)
    if facts is None:
        raise NotAuthorised("The register of authorised orderers does not know who ordered")
    held = tuple((each.unit, Validity.model_validate(each.model_dump())) for each in facts.authorisations)
    return Authority(employee_no=facts.employee_no, number=facts.number.replace(" ", ""), held=held)


def orderer_of(run: Run, orderer_id: str) -> OrdererFacts | None:
    """What the register knows of the user of the order form; None when it knows nobody. Raises AmbiguousHit."""
    hits = run.open(OrdererSearch).search(OrdererToFind(orderer_id=orderer_id))
    found = [hit for hit in hits.orderers() if hit.orderer_id == orderer_id]
    if len(found) > 1:
        raise AmbiguousHit("The register of authorised orderers has this user more than once")
    return hits.open(found[0]).facts() if found else None

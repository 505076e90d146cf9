"""The register's pages about employees: whose an employee number is."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from common.browser.locator import button, heading, label, text
from common.browser.screen import Form
from useradmin_svc.screens.orderers.target import Orderers, OrderersScreen


class EmployeeFacts(BaseModel, frozen=True):
    """Somebody whom the municipality employs."""

    employee_no: str
    name: str
    """`Yusuf, Ahmed`."""
    number: str
    """The national id."""

    def __repr__(self) -> str:
        return f"EmployeeFacts({self.employee_no})"


class EmployeeToFind(Form):
    employee_no: Annotated[str, label("Ansattnr.")]


@Orderers.looked_at
class EmployeeSearch(OrderersScreen):
    path = "/ansatte"
    ready = (heading("Finn ansatt"), label("Ansattnr."))
    untouched = (EmployeeToFind, button("Finn ansatt"))

    def find(self, employee_no: str) -> EmployeePage | None:
        """The page of the employee with this number; None when the municipality has none."""
        sought = EmployeeToFind(employee_no=employee_no)
        came = self.submit(sought, button("Finn ansatt"), expect=(EmployeePage, UnknownEmployee))
        return came if isinstance(came, EmployeePage) else None


class UnknownEmployee(OrderersScreen):
    ready = text("Fant ikke den ansatte")


class EmployeePage(OrderersScreen):
    ready = heading("Ansatt")

    def facts(self) -> EmployeeFacts:
        shown = self.terms()
        return EmployeeFacts(employee_no=shown["Ansattnr."], name=shown["Navn"], number=shown["Fødselsnr."])

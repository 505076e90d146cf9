"""The made-up municipality of the demo: its units and leaders, who may order, and what the directories hold already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from common.local.town import MadeUpTown

SCHOOL, HOME, HALL = "311874322", "312900114", "310456780"
"""A school, a nursing home, the town hall."""
LONG_AGO = "2019-08-01"
_UNITS: dict[str, dict[str, Any]] = {
    SCHOOL: {
        "name": "Nordre skole",
        "unit_type": "SKOLE",
        "place": "Skole",
        "groups_tk": ["SKOLE-ALLE"],
        "groups_elev": ["LAERERE"],
        "mail_domain": "skole.kommune.example",
    },
    HOME: {
        "name": "Åsheim sykehjem",
        "unit_type": "HELSE",
        "place": "Helse",
        "groups_tk": ["HELSE-ALLE"],
        "groups_elev": [],
        "mail_domain": "helse.kommune.example",
    },
    HALL: {
        "name": "Rådhuset",
        "unit_type": "ADM",
        "place": "Administrasjon",
        "groups_tk": ["ADM-ALLE", "RAADHUS"],
        "groups_elev": [],
        "mail_domain": "kommune.example",
    },
}
GROUPS = {
    "tknett": ["SKOLE-ALLE", "HELSE-ALLE", "ADM-ALLE", "RAADHUS", "KANTINE", "Administrators"],
    "elevnett": ["LAERERE"],
}
PLACES = [row["place"] for row in _UNITS.values()]


@dataclass
class Town(MadeUpTown):
    """Makes employees up, and collects what the targets are to know of them."""

    employees: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """All who work for the municipality, as the register of orderers knows them."""
    accounts: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"tknett": [], "elevnett": []})
    """As the directories' consoles take them."""
    accesses: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of the program administration takes them."""
    authorisations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """As the console of the register of orderers takes them."""
    hired: int = 0
    leaders: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Unit → its leader."""
    orderers: dict[str, str] = field(default_factory=dict[str, str])
    """Unit → the user of somebody who may order for it."""

    def __post_init__(self) -> None:
        for number, unit in enumerate(_UNITS, start=1):
            leader = self.employed()
            self.leaders[unit] = leader
            for network in self.accounts:
                self.account(network, leader, unit, user_name=f"leder{number:02}")
            self.orderers[unit] = f"best{number:02}"
            self.authorised(self.orderers[unit], self.employed(), unit)

    def employed(self) -> dict[str, Any]:
        """Somebody new who works for the municipality: a person with an employee number."""
        self.hired += 1
        employee = {**self.somebody(), "employee_no": str(200_000 + self.hired)}
        self.employees.append(employee)
        return employee

    def authorised(self, user: str, employee: dict[str, Any], unit: str, **facts: Any) -> dict[str, Any]:
        """Let somebody order for a unit, since last year and for another year unless facts say otherwise."""
        authorisation = {
            "user": user,
            "employee_no": employee["employee_no"],
            "national_id": employee["national_id"],
            "name": name_of(employee),
            "unit": unit,
            "from": (self.today - timedelta(days=200)).isoformat(),
            "to": (self.today + timedelta(days=365)).isoformat(),
            "signed_by": self.leaders[unit]["employee_no"],
            "signature_ref": self.reference("ES"),
            "state": "ACTIVE",
            **facts,
        }
        self.authorisations.append(authorisation)
        return authorisation

    def account(self, network: str, employee: dict[str, Any], unit: str, **facts: Any) -> dict[str, Any]:
        """An account that stands in a directory already (`tknett`, `elevnett`): active, without end."""
        groups = _UNITS[unit]["groups_tk" if network == "tknett" else "groups_elev"]
        account = {
            "user_name": f"gml{employee['employee_no']}",
            "family_name": employee["family_name"],
            "given_name": employee["given_name"],
            "employee_no": employee["employee_no"],
            "person_key": "",
            "units": [unit],
            "place": _UNITS[unit]["place"],
            "groups": groups,
            "manager": "",
            "mail": "",
            "hidden": False,
            "expires": None,
            "remark": "",
            "state": "ACTIVE",
            "secret": None,
            **facts,
        }
        self.accounts[network].append(account)
        return account

    def access(self, program: str, account: dict[str, Any], employee: dict[str, Any], **facts: Any) -> dict[str, Any]:
        """An access that an account has in a program already."""
        access = {
            "program": program,
            "user_name": account["user_name"],
            "person": employee["national_id"],
            "name": name_of(employee),
            "roles": ["SAKSBEHANDLER"],
            "units": account["units"],
            "from": LONG_AGO,
            "to": None,
            "state": "ACTIVE",
            "open_items": 0,
            **facts,
        }
        self.accesses.append(access)
        return access

    def order(self, employee: dict[str, Any], unit: str, **said: Any) -> dict[str, Any]:
        """What every order says, by whoever may order for the unit."""
        return {
            "order_id": self.reference("BRK"),
            "orderer_id": self.orderers[unit],
            "subject": subject(employee),
            "unit": unit,
            **said,
        }

    def ahead(self, days: int) -> str:
        """The date so many days from now."""
        return (self.today + timedelta(days=days)).isoformat()

    @property
    def units_at_register(self) -> list[dict[str, Any]]:
        """The units as the register of orderers shows them."""
        return [
            {
                "unit": unit,
                "name": row["name"],
                "type": row["unit_type"],
                "leader": {"employee_no": self.leaders[unit]["employee_no"], "name": name_of(self.leaders[unit])},
            }
            for unit, row in _UNITS.items()
        ]

    @property
    def employees_at_register(self) -> list[dict[str, Any]]:
        """Everybody employed, as the register of orderers knows them."""
        users = {one["employee_no"]: one["user"] for one in self.authorisations}
        return [
            {
                "employee_no": one["employee_no"],
                "national_id": one["national_id"],
                "name": name_of(one),
                "user": users.get(one["employee_no"], ""),
            }
            for one in self.employees
        ]

    @property
    def units(self) -> list[dict[str, Any]]:
        """The rows of Roger's register of units."""
        return [
            {"unit": unit, "leader_employee_no": self.leaders[unit]["employee_no"], **row}
            for unit, row in _UNITS.items()
        ]


def subject(employee: dict[str, Any], *, mobile: str = "90000001") -> dict[str, Any]:
    """Somebody as orders name them."""
    return {
        "person_id": employee["national_id"],
        "family_name": employee["family_name"],
        "given_name": employee["given_name"],
        "employee_no": employee["employee_no"],
        "mobile": mobile,
    }


def name_of(employee: dict[str, Any]) -> str:
    """As lists show it: `Løvås, Ane`."""
    return f"{employee['family_name']}, {employee['given_name']}"

"""Accounts as the console speaks of them, and as the directory holds them."""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from sandbox.lam import ldap
from sandbox.lam.tree import EVERYONE, EVERYONE_NUMBER, PENDING_DELETE, Tree

State = Literal["ACTIVE", "DISABLED", "PENDING_DELETE"]
HIDDEN = "Skjult i adresselisten"
"""What stands in the business category of an account whose mailbox the address list leaves out."""
LONGEST_AGE = 365
"""Days after which a password must be changed."""
_EPOCH = date(1970, 1, 1)


class Account(BaseModel, extra="forbid"):
    """An account as the console seeds and tells it."""

    user_name: str
    family_name: str
    given_name: str = ""
    employee_no: str = ""
    person_key: str = ""
    units: list[str] = []
    place: str = "Administrasjon"
    groups: list[str] = []
    manager: str = ""
    mail: str = ""
    hidden: bool = False
    expires: date | None = None
    remark: str = ""
    state: State = "ACTIVE"
    secret: str | None = None

    @property
    def lies_in(self) -> str:
        return PENDING_DELETE if self.state == "PENDING_DELETE" else self.place


def additions(tree: Tree, accounts: Sequence[Account], standing: dict[str, str], number: int) -> str:
    """Accounts to be made, as LDIF; `standing` says where others lie that may be their managers, `number` is the first free."""
    lying = standing | {one.user_name: tree.account(one.user_name, one.lies_in) for one in accounts}
    made = [
        ldap.addition(lying[one.user_name], _attributes(one, lying.get(one.manager, ""), number + place))
        for place, one in enumerate(accounts)
    ]
    named = sorted({group for one in accounts for group in one.groups})
    members = {group: [one.user_name for one in accounts if group in one.groups] for group in named}
    return "".join([*made, *(ldap.membership(tree.group(group), "memberUid", who) for group, who in members.items())])


def _attributes(one: Account, manager: str, number: int) -> dict[str, list[str]]:
    return {
        "objectClass": ["inetOrgPerson", "posixAccount", "shadowAccount"],
        "uid": [one.user_name],
        "cn": [f"{one.given_name} {one.family_name}".strip()],
        "sn": [one.family_name],
        "givenName": [one.given_name],
        "employeeNumber": [one.employee_no],
        "carLicense": [one.person_key],
        "departmentNumber": one.units,
        "manager": [manager],
        "mail": [one.mail],
        "businessCategory": [HIDDEN if one.hidden else ""],
        "shadowLastChange": [str((_today() - _EPOCH).days)],
        "shadowMax": [str(LONGEST_AGE)],
        "shadowExpire": [str((one.expires - _EPOCH).days) if one.expires else ""],
        "description": [one.remark],
        "uidNumber": [str(number)],
        "gidNumber": [str(EVERYONE_NUMBER)],
        "homeDirectory": [f"/home/{one.user_name}"],
        "loginShell": ["/bin/bash"],
        "userPassword": [_hashed(one.secret or secrets.token_urlsafe(), locked=one.state != "ACTIVE")],
    }


def _hashed(secret: str, *, locked: bool) -> str:
    salt = secrets.token_bytes(8)
    digest = hashlib.sha1(secret.encode() + salt).digest()  # noqa: S324  # what {SSHA} means, and what LAM writes
    return ("{SSHA}!" if locked else "{SSHA}") + base64.b64encode(digest + salt).decode()


def told(entries: Iterable[ldap.Entry], groups: Iterable[ldap.Entry]) -> list[dict[str, Any]]:
    """Every account as the directory holds it, by user name."""
    member_of: dict[str, list[str]] = {}
    for group in groups:
        for who in group.all("memberUid"):
            if group.first("cn") != EVERYONE:
                member_of.setdefault(who, []).append(group.first("cn"))
    found = [_account(entry, sorted(member_of.get(entry.first("uid"), []))) for entry in entries]
    return [one.model_dump(mode="json", exclude={"secret"}) for one in sorted(found, key=lambda one: one.user_name)]


def _account(entry: ldap.Entry, groups: list[str]) -> Account:
    place = value_of(entry.dn.split(",")[1])
    enabled = usable(entry.first("userPassword"))
    expires = entry.first("shadowExpire")
    return Account(
        user_name=entry.first("uid"),
        family_name=entry.first("sn"),
        given_name=entry.first("givenName"),
        employee_no=entry.first("employeeNumber"),
        person_key=entry.first("carLicense"),
        units=sorted(entry.all("departmentNumber")),
        place=place,
        groups=groups,
        manager=value_of(entry.first("manager").split(",")[0]),
        mail=entry.first("mail"),
        hidden=HIDDEN in entry.all("businessCategory"),
        expires=_EPOCH + timedelta(days=int(expires)) if expires else None,
        remark=entry.first("description"),
        state="ACTIVE" if enabled else "PENDING_DELETE" if place == PENDING_DELETE else "DISABLED",
    )


def usable(password: str) -> bool:
    """Whether anybody can sign in with what stands for the password."""
    return bool(password) and not password.partition("}")[2].startswith("!")


def must_change(entry: ldap.Entry) -> bool:
    """Whether whoever signs in must choose a new password first: its age says so, or the administrator has made it old."""
    changed, longest = entry.first("shadowLastChange"), entry.first("shadowMax")
    return bool(changed and longest) and _EPOCH + timedelta(days=int(changed) + int(longest)) < _today()


def _today() -> date:
    return datetime.now(UTC).date()


def value_of(part: str) -> str:
    """The value in one part of a distinguished name, `ou=Skole`."""
    raw = part.partition("=")[2].encode()
    out, at = bytearray(), 0
    while at < len(raw):
        if raw[at : at + 1] != b"\\":
            out += raw[at : at + 1]
            at += 1
        elif raw[at + 1 : at + 3].isalnum():
            out += bytes.fromhex(raw[at + 1 : at + 3].decode())
            at += 3
        else:
            out += raw[at + 1 : at + 2]
            at += 2
    return out.decode()

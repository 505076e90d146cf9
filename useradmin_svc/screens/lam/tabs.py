"""The tabs of an account, and the pages that open from them: managers, groups, the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from common.browser.form import Field, written
from common.browser.locator import button, css
from common.errors import TargetRejected
from useradmin_svc.directory.entry import Arrangement
from useradmin_svc.screens.lam.account import AccountPage, Tab
from useradmin_svc.screens.lam.distinguished import first_step
from useradmin_svc.screens.lam.target import field

HIDDEN = "Skjult i adresselisten"
"""The business category of an account whose mailbox the address list leaves out."""

LONGEST_AGE = 365
"""Days after which a password must be changed, in accounts that know of none."""


def _filled(name: str, value: object) -> Field:
    return Field(name, field(name), written(value))


class PersonTab(Tab):
    name = "Personal"
    ready = (field("sn"), field("givenName"))
    family_name = field("sn")
    given_name = field("givenName")
    employee_no = field("employeeNumber")
    person_key = field("carLicense")
    mail = field("mail_0")
    remark = field("description_0")
    categories = css("[id^=businessCategory_]")
    units = css("[id^=departmentNumber_]")
    untouched = (
        *(employee_no, person_key, mail, remark, AccountPage.suffix),
        *(field("businessCategory_0"), field("departmentNumber_0"), field("btn_add_departmentNumber")),
        field("btn_form_subpage_inetOrgPerson_manager_change"),
        *(button("Set password"), button("Unix"), button("Save")),
    )
    managers = css(
        ".responsiveField:has(> #btn_form_subpage_inetOrgPerson_manager_change) + .responsiveLabel + .responsiveField td"
    )

    @property
    def manager(self) -> str:
        """The user name of the manager; the first, where there are several."""
        return first_step(next(iter(self.texts(self.managers)), ""))

    @property
    def hidden(self) -> bool:
        return HIDDEN in self.texts(self.categories)

    def filled(self, arrangement: Arrangement) -> list[Field]:
        """The tab's fields as they are to be, but for the units."""
        return [
            self.place_field(arrangement.place),
            _filled("sn", arrangement.family_name),
            _filled("givenName", arrangement.given_name),
            _filled("employeeNumber", arrangement.employee_no),
            _filled("carLicense", arrangement.person_key),
            _filled("mail_0", arrangement.mail),
            *self.noted(remark=arrangement.remark, hidden=arrangement.hidden),
        ]

    def noted(self, *, remark: str, hidden: bool) -> list[Field]:
        return [_filled("description_0", remark), _filled("businessCategory_0", HIDDEN if hidden else "")]

    def with_units(self, fields: Sequence[Field], units: Sequence[str]) -> tuple[PersonTab, list[Field]]:
        """The tab with a field for every unit, and what is to stand in all its fields."""
        page, there = self, max(1, len(self.texts(self.units)))
        for number in range(there, len(units)):
            taken = zip(range(number), units, strict=False)
            sofar = [*fields, *(_filled(f"departmentNumber_{place}", unit) for place, unit in taken)]
            page = page.onwards(sofar, field("btn_add_departmentNumber"), PersonTab)
        padded = [*units, *("" for _ in range(there - len(units)))]
        return page, [*fields, *(_filled(f"departmentNumber_{place}", unit) for place, unit in enumerate(padded))]

    def to_managers(self, fields: Sequence[Field]) -> ManagersPage:
        return self.onwards(fields, field("btn_form_subpage_inetOrgPerson_manager_change"), ManagersPage)


class ManagersPage(AccountPage):
    ready = field("btn_form_subpage_inetOrgPerson_manager_select")
    there = css("#manager option")

    def only(self, manager: str) -> ManagersPage:
        """Leave just this manager, given by the distinguished name; "" for none."""
        page: ManagersPage = self
        if standing := self.texts(self.there):
            chosen = [Field("managers", field("manager"), written(standing))]
            page = page.onwards(chosen, button("Remove selected entries"), ManagersPage)
        if not manager:
            return page
        choice = page.onwards((), button("Add entries"), ManagerChoice)
        return choice.onwards([Field("manager", field("manager"), written([manager]))], button("Add"), ManagersPage)


class ManagerChoice(AccountPage):
    ready = (field("manager"), field("btn_form_subpage_inetOrgPerson_manager_addManagers"))


class UnixTab(Tab):
    name = "Unix"
    ready = (field("uid"), field("btn_form_subpage_posixAccount_group_open"))
    user_name = field("uid")

    def named(self, user_name: str, common_name: str) -> list[Field]:
        return [_filled("uid", user_name), _filled("cn_0", common_name)]

    def lock(self, fields: Sequence[Field] = ()) -> UnixTab:
        """Fill the tab and lock the password; raises TargetRejected for a user name that cannot be one."""
        return self.onwards(fields, button("Lock password"), UnixTab)

    def to_groups(self, fields: Sequence[Field] = ()) -> GroupsPage:
        return self.onwards(fields, button("Edit groups"), GroupsPage)


class GroupsPage(AccountPage):
    ready = (field("groups_1"), field("groups_2"))
    selected = css("#groups_1 option")
    available = css("#groups_2 option")

    @property
    def names(self) -> tuple[str, ...]:
        """The groups of the account, sorted."""
        return tuple(sorted(self.texts(self.selected)))

    def only(self, names: Sequence[str]) -> GroupsPage:
        """Leave exactly these memberships; raises TargetRejected for a group that is not there."""
        page, standing = self, self.names
        if not set(names) <= {*standing, *self.texts(self.available)}:
            raise TargetRejected
        if ended := [name for name in standing if name not in names]:
            page = page.onwards(
                [Field("ended", field("groups_1"), written(ended))], css("[name=groups_right]"), GroupsPage
            )
        if begun := [name for name in names if name not in standing]:
            page = page.onwards(
                [Field("begun", field("groups_2"), written(begun))], css("[name=groups_left]"), GroupsPage
            )
        return page


class ShadowTab(Tab):
    """The last day on which the account may be used, and what Unix knows of its password's age."""

    name = "Shadow"
    ready = css("[name^=form_subpage_shadowAccount_]")
    bare = button("Add Shadow account extension")
    longest_age = field("shadowmax")

    def aging(self) -> ShadowTab:
        """Let the password grow too old one day, where it does not yet."""
        tab = self.extended()
        if tab.text(self.longest_age):
            return tab
        return tab.to(ShadowTab, [_filled("shadowmax", LONGEST_AGE)])

    def extended(self) -> ShadowTab:
        """The tab with its fields, also of an account which has had none of them."""
        return self.onwards((), self.bare, ShadowTab) if self.shows(self.bare) else self

    def last_day(self, day: date | None) -> ShadowTab:
        """Note the last day on which the account may be used, or that there is none."""
        page = self.extended().onwards((), field("btn_form_subpage_shadowAccount_expire_open"), LastDayPage)
        if day is not None:
            change = field("btn_form_subpage_shadowAccount_attributes_change")
            return page.onwards([_filled("shadowexpire", day)], change, ShadowTab)
        return page.onwards((), field("btn_form_subpage_shadowAccount_attributes_del"), ShadowTab)


class LastDayPage(AccountPage):
    ready = field("shadowexpire")

"""Every setting stands in docs/settings.md, under the name the environment knows it by."""

from __future__ import annotations

import re

import pytest
from pydantic_settings import BaseSettings
from sources import ROOT

from archive_svc.backlog.settings import BacklogSettings
from archive_svc.documents.settings import DocumentSettings
from archive_svc.protocols.settings import ProtocolSettings
from archive_svc.sofie.settings import SofieSettings
from archive_svc.tax.settings import TaxSettings
from common import settings
from common.browser.canvas.settings import SurfaceSettings
from common.browser.settings import BrowserSettings
from common.entrusting.settings import SecretSettings
from common.files.settings import FileSettings
from common.notices.settings import NoticeSettings
from common.web.pages.settings import PageSettings
from common.webhooks.settings import WebhookSettings
from health_svc.doses.personnel import HprSettings
from health_svc.refunds.settings import RefundSettings
from payroll_svc.assignments.settings import AssignmentSettings
from payroll_svc.control.settings import ControlSettings
from payroll_svc.cut_off import CutOffSettings
from payroll_svc.pay_forms.settings import PayFormSettings
from payroll_svc.positions.settings import PositionSettings
from useradmin_svc.accesses.settings import AccessSettings
from useradmin_svc.accounts.settings import AccountSettings
from useradmin_svc.directory.settings import DirectorySettings
from useradmin_svc.orderers.settings import OrdererSettings
from useradmin_svc.reconciliation.settings import ReconciliationSettings
from useradmin_svc.removals.settings import RemovalSettings
from useradmin_svc.settings import OrderSettings

CONCERNS: dict[str, type[BaseSettings]] = {
    "ROGER_BACKLOG_": BacklogSettings,
    "ROGER_DOCUMENTS_": DocumentSettings,
    "ROGER_PROTOCOLS_": ProtocolSettings,
    "ROGER_SOFIE_": SofieSettings,
    "ROGER_TAX_": TaxSettings,
    "ROGER_ORDERS_": OrderSettings,
    "ROGER_DIRECTORY_": DirectorySettings,
    "ROGER_": settings.DeploymentSettings,
    "ROGER_DATABASE_": settings.DatabaseSettings,
    "ROGER_REDIS_": settings.RedisSettings,
    "ROGER_API_": settings.ApiSettings,
    "ROGER_PAGES_": PageSettings,
    "ROGER_ERRANDS_": settings.ErrandSettings,
    "ROGER_WORKER_": settings.WorkerSettings,
    "ROGER_CALENDAR_": settings.CalendarSettings,
    "ROGER_CIRCUIT_": settings.CircuitSettings,
    "ROGER_EVIDENCE_": settings.EvidenceSettings,
    "ROGER_TARGET_<NAME>_": settings.TargetSettings,
    "ROGER_BROWSER_": BrowserSettings,
    "ROGER_SURFACE_": SurfaceSettings,
    "ROGER_WEBHOOKS_": WebhookSettings,
    "ROGER_NOTICES_": NoticeSettings,
    "ROGER_SECRETS_": SecretSettings,
    "ROGER_FILES_": FileSettings,
    "ROGER_REFUNDS_": RefundSettings,
    "ROGER_HPR_": HprSettings,
    "ROGER_CONTROL_": ControlSettings,
    "ROGER_PAYROLL_": CutOffSettings,
    "ROGER_POSITIONS_": PositionSettings,
    "ROGER_PAY_FORMS_": PayFormSettings,
    "ROGER_ASSIGNMENTS_": AssignmentSettings,
    "ROGER_ACCOUNTS_": AccountSettings,
    "ROGER_ACCESSES_": AccessSettings,
    "ROGER_ORDERERS_": OrdererSettings,
    "ROGER_REMOVALS_": RemovalSettings,
    "ROGER_RECONCILIATION_": ReconciliationSettings,
}


@pytest.mark.parametrize("prefix", CONCERNS)
def test_every_setting_is_on_the_page(prefix: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    missing = [name for name in CONCERNS[prefix].model_fields if f"`{prefix}{name.upper()}`" not in page]

    assert not missing, f"docs/settings.md does not say what these are for: {missing}"


def test_nothing_else_is_on_the_page() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    known = {f"{prefix}{name.upper()}" for prefix, concern in CONCERNS.items() for name in concern.model_fields}
    assert set(re.findall(r"^\| `(ROGER_[A-Z_<>]+)` \|", page, re.MULTILINE)) <= known


def test_no_concern_is_forgotten() -> None:
    declared = {
        found for found in vars(settings).values() if isinstance(found, type) and issubclass(found, BaseSettings)
    }

    bases = {base for concern in CONCERNS.values() for base in concern.__mro__}
    assert declared <= bases

"""Every errand there is, in one list."""

from __future__ import annotations

from common.errands.audit import audit
from common.errands.batches import batches
from common.errands.benefits import benefits
from common.errands.children import children
from common.errands.deliver import Postman
from common.errands.delivery_log import delivery_log
from common.errands.errand import Errand
from common.errands.handovers import handovers
from common.errands.measure import Meter
from common.errands.notices import notices
from common.errands.purge import purge
from common.errands.rewrap import rewrap
from common.errands.schedules import schedules
from common.errands.secrets import secrets
from common.errands.spread import spread

ERRANDS = [
    Errand(name="audit", every=60, run=audit),
    Errand(name="batches", every=5, run=batches),
    Errand(name="benefits", every=5, run=benefits),
    Errand(name="children", every=5, run=children),
    Errand(name="handovers", every=5, run=handovers),
    Errand(name="measure", every=5, run=Meter().measure),
    Errand(name="notices", every=5, run=notices),
    Errand(name="purge", every=60, run=purge),
    Errand(name="rewrap", every=60, run=rewrap),
    Errand(name="secrets", every=5, run=secrets),
    Errand(name="spread", every=1, run=spread),
    Errand(name="deliver", every=1, run=Postman().round),
    Errand(name="delivery-log", every=30, run=delivery_log),
    Errand(name="schedules", every=1, run=schedules),
]

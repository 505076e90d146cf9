"""Every errand there is, in one list."""

from __future__ import annotations

from common.errands.batches import batches
from common.errands.benefits import benefits
from common.errands.errand import Errand
from common.errands.measure import measure
from common.errands.notices import notices

ERRANDS = [
    Errand(name="batches", every=5, run=batches),
    Errand(name="benefits", every=5, run=benefits),
    Errand(name="measure", every=5, run=measure),
    Errand(name="notices", every=5, run=notices),
]

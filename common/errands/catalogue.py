"""Every errand there is, in one list."""

from __future__ import annotations

from common.errands.errand import Errand
from common.errands.measure import measure

ERRANDS = [
    Errand(name="measure", every=5, run=measure),
]

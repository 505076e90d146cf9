"""Where forms about doses are performed: HsPro in memory, with the registers and the ledger that cases share."""

from __future__ import annotations

from dataclasses import dataclass, field

from doses import BATCH, VACCINES
from hspro_in_memory import HsProInMemory

from common.process import Outcome
from common.testing import MemoryCase, MemoryLedger, MemoryRegisters, Person
from health_svc.doses.vaccination import Vaccination
from health_svc.processes.vaccinations import register_vaccination
from health_svc.screens.hspro_vaccination import Batch, Dose


@dataclass
class Office:
    """HsPro, and the registers and the ledger that the cases of one town share."""

    hspro: HsProInMemory = field(default_factory=HsProInMemory)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        self.registers.store("vaccines", VACCINES, valid_from=VACCINES[0].first_day)
        self.hspro.batches = [BATCH, Batch(vaccine="BNT03", number="SYN1240", expiry=BATCH.expiry)]
        self.new_case()

    def new_case(self) -> None:
        self.hspro.case = MemoryCase(registers=self.registers, ledger=self.ledger)

    def perform(self, given: Vaccination, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        return register_vaccination(given, self.hspro.case.run(self.hspro.screens(), dies_at=dies_at))

    def case(self, given: Vaccination) -> Outcome:
        """A case of its own."""
        self.new_case()
        return self.perform(given)

    def doses(self, of: Person) -> list[Dose]:
        return self.hspro.doses.get(of.number, [])

    def standing(self, of: Person, *doses: Dose) -> None:
        self.hspro.doses[of.number] = list(doses)

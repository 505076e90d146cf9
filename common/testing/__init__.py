"""What tests of processes stand on: memory in place of database and browser, made-up people, a clock that stands still.

A case outlives its runs, so that a test can let one die and look at what the next one makes of it:

    case = MemoryCase()
    with pytest.raises(LeaseLost):
        process(TESTED, case.run({PersonSearch: my_double}, dies_at="commit:2"))
    outcome = process(TESTED, case.run({PersonSearch: my_double}))

Nothing here needs pytest.
"""

from common.testing.clock import FixedClock
from common.testing.knowledge import MemoryDesk, MemoryLedger, MemoryRegisters
from common.testing.memory import MemoryCase, MemoryPlatform, Point
from common.testing.people import Person, person
from common.testing.work import Chore, a_chore, a_keyring, a_process

__all__ = [
    "Chore",
    "FixedClock",
    "MemoryCase",
    "MemoryDesk",
    "MemoryLedger",
    "MemoryPlatform",
    "MemoryRegisters",
    "Person",
    "Point",
    "a_chore",
    "a_keyring",
    "a_process",
    "person",
]

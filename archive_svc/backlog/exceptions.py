"""What keeps a post from being written off until a person has looked, besides what every process knows."""

from __future__ import annotations

from common.errors import RecordLocked


class CaseFileClosed(RecordLocked):
    """The case file is closed: nothing in it can be written off. Nobody's lock, so waiting does not help."""

    code = "CASE_FILE_CLOSED"
    situation = (
        "Posten er besvart, men ikke avskrevet, og saksmappen er avsluttet i arkivet: ingenting i den kan endres."
    )
    remedy = "Få arkivet til å åpne saksmappen og prøv saken på nytt, eller la arkivet avskrive posten."

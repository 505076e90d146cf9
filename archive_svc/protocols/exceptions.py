"""What keeps a protocol out of the archive until a person has looked, besides what every process knows."""

from __future__ import annotations

from common.errors import ConflictInTarget, NotAuthorised, SuspectedDuplicate


class MinutesNotApproved(NotAuthorised):
    """The minutes of the meeting are a draft still."""

    code = "MINUTES_NOT_APPROVED"
    situation = "Møteprotokollen er ikke godkjent ennå i møtemodulen."
    remedy = "Få møteprotokollen godkjent, og prøv saken på nytt."


class DecisionDiffers(ConflictInTarget):
    """The decision reads differently in the case and in the meeting module."""

    code = "DECISION_DIFFERS"
    situation = "Vedtaket lyder ikke likt, bokstav for bokstav, i saken og i møtemodulen."
    remedy = "Finn ut hvilken tekst som er vedtatt. Rett møtemodulen, eller send saken inn på nytt med riktig tekst."


class ProtocolDiffers(SuspectedDuplicate):
    """The archive holds a protocol of this item that reads differently."""

    code = "PROTOCOL_DIFFERS"
    situation = "I arkivet står det allerede en protokoll for denne saken i dette møtet, og den lyder annerledes."
    remedy = (
        "Finn ut om vedtaket eller møteprotokollen er rettet etter at protokollen ble arkivert. "
        "En person må avgjøre hvordan det rettes i arkivet; Roger endrer ikke det som er arkivert."
    )

"""Why a file cannot be archived by a robot. Each has a code of its own: what its sender can do differs."""

from __future__ import annotations

from common.errors import BusinessException


class DocumentEncrypted(BusinessException):
    """The file is protected by a password."""

    code = "DOCUMENT_ENCRYPTED"
    situation = "En fil er beskyttet med passord, også om den bare er sperret for endring, og kan ikke arkiveres slik."
    remedy = "Skaff filen uten passord og send dokumentet inn på nytt, eller arkiver det manuelt."


class DocumentBroken(BusinessException):
    """The file is empty, cut off or damaged."""

    code = "DOCUMENT_BROKEN"
    situation = "En fil er tom, avkuttet eller skadet."
    remedy = "Hent filen på nytt fra der den kommer fra, se at den lar seg åpne, og send dokumentet inn på nytt."


class DocumentTypeUnknown(BusinessException):
    """The file is none that is converted: PDF, JPEG, PNG and TIFF are."""

    code = "DOCUMENT_TYPE"
    situation = "En fil er verken PDF, JPEG, PNG eller TIFF, hva den enn heter."
    remedy = "Lagre dokumentet som PDF og send det inn på nytt, eller arkiver det manuelt."


class DocumentTooLarge(BusinessException):
    """The file is too large, or what it unpacks to is."""

    code = "DOCUMENT_TOO_LARGE"
    situation = "En fil er for stor, eller krever for mye tid eller minne å gjøre om til arkivformat."
    remedy = "Del dokumentet opp eller skann det med lavere oppløsning, eller arkiver det manuelt."


class DocumentNotFixed(BusinessException):
    """What the file shows is not fixed in it, or would be lost or seen otherwise.

    Files inside it, a dynamic form, an electronic signature, comments, layers that are switched off, what is played.
    """

    code = "DOCUMENT_NOT_FIXED"
    situation = (
        "En fil har innhold som ville gått tapt eller blitt vist annerledes i arkivformat: andre filer inni seg, et "
        "dynamisk skjema (XFA), en elektronisk signatur, kommentarer, lag som er slått av, eller lyd og bevegelse."
    )
    remedy = (
        "Skriv ut til en ny PDF, legg filer som ligger inni, ved som egne vedlegg, eller arkiver dokumentet manuelt."
    )


class DocumentNotConverted(BusinessException):
    """The file could not be made into archive format."""

    code = "DOCUMENT_NOT_CONVERTED"
    situation = "En fil lot seg ikke gjøre om til arkivformat (PDF/A) uten at noe gikk galt."
    remedy = "Åpne filen, skriv den ut til en ny PDF og send dokumentet inn på nytt, eller arkiver det manuelt."


REFUSALS: dict[str, type[BusinessException]] = {
    kind.code: kind
    for kind in (
        DocumentEncrypted,
        DocumentBroken,
        DocumentTypeUnknown,
        DocumentTooLarge,
        DocumentNotFixed,
        DocumentNotConverted,
    )
}
"""By their codes, as the program that converts gives them."""

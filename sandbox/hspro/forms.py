"""The forms of HsPro."""

from typing import Final

from sandbox.hspro import codes
from sandbox.office.form import DATE, TICKED, Field, Form

ON_TEST: Final = ("arsak", "TEST")

JOURNAL: Final = Form(
    {
        "Journal": (
            Field(name="journaltype", label="Journaltype", kind="select", required=True, choices=codes.JOURNAL_TYPES),
            Field(name="enhet", label="Enhet", kind="select", required=True, choices=codes.UNITS),
            Field(
                name="apnet_dato",
                label="Åpnet dato",
                kind="date",
                required=True,
                pattern=DATE,
                max_length=10,
                message="Skriv datoen som dd.mm.åååå.",
                hint="dd.mm.åååå",
            ),
            Field(name="arsak", label="Årsak", kind="select", required=True, choices=codes.REASONS),
            Field(
                name="teststed", label="Teststed", kind="select", required=True, when=ON_TEST, choices=codes.TEST_SITES
            ),
            Field(
                name="testtype", label="Testtype", kind="radio", required=True, when=ON_TEST, choices=codes.TEST_TYPES
            ),
            Field(
                name="provetidspunkt",
                label="Prøvetidspunkt",
                kind="datetime",
                required=True,
                when=ON_TEST,
                pattern=DATE + r" \d{2}:\d{2}",
                max_length=16,
                message="Skriv tidspunktet som dd.mm.åååå tt:mm.",
                hint="dd.mm.åååå tt:mm",
            ),
        ),
        "Kontakt": (
            Field(
                name="telefon",
                label="Telefon",
                pattern=r"\d{8}",
                max_length=8,
                message="Telefonnummer har 8 siffer.",
                inputmode="numeric",
            ),
            Field(name="adresse", label="Adresse", max_length=100),
            Field(
                name="postnummer",
                label="Postnummer",
                pattern=r"\d{4}",
                max_length=4,
                message="Postnummer har 4 siffer.",
                inputmode="numeric",
            ),
            Field(name="kontaktform", label="Kontaktform", kind="radio", required=True, choices=codes.CONTACTS),
            Field(name="tolk", label="Behov for tolk", kind="tick"),
            Field(name="sprak", label="Språk", required=True, when=("tolk", TICKED), max_length=40),
        ),
        "Grunnlag": (
            Field(name="samtykke", label="Informert samtykke", kind="tick", required=True, wide=True),
            Field(name="kilde", label="Kilde", max_length=64, hint="Referanse i bestillende system"),
            Field(name="merknad", label="Merknad", kind="area", max_length=200, wide=True),
        ),
    }
)

DOSE: Final = Form(
    {
        "Dose": (
            Field(name="vaksine", label="Vaksine", kind="select", required=True, choices=codes.VACCINES),
            Field(
                name="batchnr",
                label="Batchnummer",
                required=True,
                pattern=r"[A-Z0-9\-]{3,20}",
                max_length=20,
                message="Batchnummer har 3 til 20 store bokstaver, siffer og bindestreker.",
            ),
            Field(
                name="vaksinasjonsdato",
                label="Vaksinasjonsdato",
                kind="date",
                required=True,
                pattern=DATE,
                max_length=10,
                message="Skriv datoen som dd.mm.åååå.",
                hint="dd.mm.åååå",
            ),
            Field(name="dosenr", label="Dosenummer", kind="select", required=True, choices=codes.DOSES),
            Field(name="injeksjonssted", label="Injeksjonssted", kind="radio", required=True, choices=codes.BODY_SITES),
            Field(name="indikasjon", label="Indikasjon", kind="select", required=True, choices=codes.INDICATIONS),
        ),
        "Helsepersonell": (
            Field(
                name="vaksinert_av",
                label="Vaksinert av (HPR-nr)",
                required=True,
                pattern=r"\d{7,9}",
                max_length=9,
                message="HPR-nummer har 7 til 9 siffer.",
                inputmode="numeric",
            ),
            Field(
                name="rekvirent",
                label="Rekvirent (HPR-nr)",
                pattern=r"\d{7,9}",
                max_length=9,
                message="HPR-nummer har 7 til 9 siffer.",
                inputmode="numeric",
            ),
        ),
        "Observasjon": (
            Field(name="kontraindikasjon", label="Kontraindikasjon oppgitt", kind="tick"),
            Field(name="reaksjon", label="Reaksjon observert", kind="tick"),
            Field(name="merknad", label="Merknad", kind="area", max_length=500, wide=True),
        ),
        "Grunnlag": (
            Field(name="samtykke", label="Samtykke", kind="tick", required=True, wide=True),
            Field(name="kilde", label="Kilde", max_length=64, hint="Referanse i innsendende system"),
        ),
    }
)

"""Windows as SOFIE's, drawn with made-up records and spoilt as a remote connection spoils them; the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from archive_svc.sofie.document import Direction, DocumentType
from common.browser.canvas.picture import Grades, Picture
from common.norway.organisation import organisation_number
from common.norway.synthetic import national_id

FONTS: Final = ("DejaVuSans", "DejaVuSansCondensed", "LiberationSans-Regular", "NimbusSans-Regular")
_ENDINGS: Final = (".ttf", ".otf")
_SIZES: Final = (10, 11, 11, 12)
_GROUND, _BOX, _DARK, _MID = (0xD4, 0xD0, 0xC8), (0xF0, 0xEE, 0xE6), (0x6E, 0x6C, 0x66), (0x9A, 0x98, 0x92)
_WHITE, _INK = (255, 255, 255), (0, 0, 0)
_LEFT, _RIGHT, _LINE, _TALL = 30, 700, 28, 20
_FAMILY: Final = ("Østgård", "Nordhaug", "Hæstad", "Sørås", "Bakkehaug", "Ødegård", "Åsen", "Rørvik", "Lund", "Tveit")
_GIVEN: Final = ("Ola", "Kari", "Åse", "Bjørn", "Gro", "Pål", "Ida", "Jon", "Ærlig", "Marte")
_ALIKE: Final = {
    "0": "86",
    "1": "74",
    "3": "85",
    "5": "638",
    "6": "580",
    "7": "12",
    "8": "3069",
    "9": "48",
    "4": "19",
    "2": "7",
}
"""Digits that are taken for each other."""
LABELS: Final = (
    ("Dokumentnr.", "Dokumenttype"),
    ("Saksref.", "Retning"),
    ("Part-id", "Dok.dato"),
    ("Navn", "Mottatt"),
    ("Adressesperre", "Sendt"),
)
Record = Mapping[str, str]
"""What stands beside each label."""


@dataclass(frozen=True, kw_only=True)
class Spoiling:
    """What becomes of a picture on its way, and how it was drawn."""

    font: str
    size: int
    sharp: bool
    """Whether the letters keep to the pixels, as most programs' do, or lie between them."""
    quality: int
    """Of JPEG; 100 is without loss."""
    shift: tuple[float, float]
    contrast: float
    gamma: float
    grain: float
    """Grades, as a standard deviation."""


def spoiling(chance: random.Random, *, rough: bool = False) -> Spoiling:
    """How one picture is drawn and spoilt; `rough` is what nobody would like to work with."""
    worst = 1.0 if rough else 0.5
    return Spoiling(
        font=chance.choice(fonts()),
        size=chance.choice(_SIZES),
        sharp=chance.random() < 0.7,
        quality=chance.randint(round(98 - 60 * worst), 98),
        shift=(chance.uniform(-0.5, 0.5) * worst, chance.uniform(-0.5, 0.5) * worst)
        if chance.random() < 0.5
        else (0, 0),
        contrast=chance.uniform(1 - 0.4 * worst, 1.05),
        gamma=chance.uniform(1 / (1 + 0.5 * worst), 1 + 0.5 * worst),
        grain=chance.uniform(0, 8 * worst),
    )


@cache
def fonts() -> tuple[str, ...]:
    """Those of the fonts that this machine has; raises OSError when there is none."""
    found = tuple(each for name in FONTS if (each := _file(name)) is not None)
    if not found:
        raise OSError(f"none of the fonts {', '.join(FONTS)} is installed")
    return found


def _file(name: str) -> str | None:
    for ending in _ENDINGS:
        try:
            ImageFont.truetype(name + ending, 11)
        except OSError:
            continue
        return name + ending
    return None


# --- records ------------------------------------------------------------------------------------------------------


def a_record(chance: random.Random) -> Record:
    """A document of somebody made up."""
    direction = chance.choice(list(Direction))
    day = _day(chance)
    party = _person(chance) if chance.random() < 0.8 else _organisation(chance)
    return {
        "Dokumentnr.": f"SOF-{chance.randint(2016, 2026)}-{chance.randrange(10**7):07}",
        "Saksref.": f"K-{chance.randint(2016, 2026)}{chance.randrange(10**4):04}",
        "Part-id": party,
        "Navn": f"{chance.choice(_FAMILY)}, {chance.choice(_GIVEN)}",
        "Adressesperre": "Ja" if chance.random() < 0.1 else "Nei",
        "Dokumenttype": chance.choice(list(DocumentType)).called,
        "Retning": direction.called,
        "Dok.dato": f"{day:%d.%m.%Y}",
        "Mottatt": f"{day + timedelta(days=3):%d.%m.%Y}" if direction is Direction.IN else "",
        "Sendt": f"{day + timedelta(days=1):%d.%m.%Y}" if direction is Direction.OUT else "",
    }


def a_mean_record(chance: random.Random) -> Record:
    """A document whose numbers are another valid one's but for digits that look alike."""
    number = chance.choice(("0150101", "1051010", "6898689", "3838388", "7171717", "5656565", "0000000", "1111111"))
    swapped = chance.choice(
        ("01.07", "07.01", "03.08", "08.03", "05.06", "06.05", "08.08", "03.03", "01.01", "11.11", "17.07")
    )
    record = dict(a_record(chance))
    record["Part-id"] = twin(record["Part-id"], chance) or record["Part-id"]
    record["Dokumentnr."] = f"SOF-{chance.choice((2016, 2018, 2020, 2026))}-{number}"
    record["Saksref."] = (
        f"K-20{chance.choice(('18', '16', '20'))}{chance.choice(('0110', '6898', '3883', '1717', '5665'))}"
    )
    for label in ("Dok.dato", "Mottatt", "Sendt"):
        if record[label]:
            record[label] = f"{swapped}.{chance.choice((2016, 2018, 2020, 2026, 2025))}"
    return record


def twin(party: str, chance: random.Random) -> str | None:
    """Another valid number that differs from it in two digits which look alike; one digit never leaves it valid."""
    valid: Callable[[str], bool] = _valid_organisation if len(party) == 9 else _valid_person
    places = [(one, other) for one in range(len(party)) for other in range(one)]
    chance.shuffle(places)
    for one, other in places:
        for first in _ALIKE[party[one]]:
            for second in _ALIKE[party[other]]:
                digits = list(party)
                digits[one], digits[other] = first, second
                if valid("".join(digits)):
                    return "".join(digits)
    return None


def _valid_person(number: str) -> bool:
    from common.browser.canvas.kinds import NATIONAL_ID  # noqa: PLC0415

    return number[2] in "89" and NATIONAL_ID.fits(number)


def _valid_organisation(number: str) -> bool:
    try:
        return organisation_number(number) == number and number[0] in "23"
    except ValueError:
        return False


def _person(chance: random.Random) -> str:
    return national_id(date(1940, 1, 1) + timedelta(days=chance.randrange(25_000)), chance.randrange(5))


def _organisation(chance: random.Random) -> str:
    while True:
        number = f"{chance.choice('23')}{chance.randrange(10**8):08}"
        if _valid_organisation(number):
            return number


def _day(chance: random.Random) -> date:
    return date(2016, 1, 1) + timedelta(days=chance.randrange(3900))


# --- drawing ------------------------------------------------------------------------------------------------------


def drawn(record: Record, how: Spoiling, chance: random.Random) -> Picture:
    """The window with a record, spoilt."""
    return Picture(_spoilt(_window(record, how), how, chance))


def _window(record: Record, how: Spoiling) -> Grades:
    scale = 1 if how.sharp else 4
    size = (1280 * scale, (len(LABELS) * _LINE + 40) * scale)
    image = Image.new("RGB", size, _GROUND)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(how.font, how.size * scale)
    for row, labels in enumerate(LABELS):
        for left, label in zip((_LEFT, _RIGHT), labels, strict=True):
            top = 20 + row * _LINE
            draw.text((left * scale, (top + _TALL // 2) * scale), label, _INK, font, anchor="lm")
            _box(draw, (left + 120, top, left + 540, top + _TALL), scale)
            draw.text(((left + 125) * scale, (top + _TALL // 2) * scale), record[label], _INK, font, anchor="lm")
    plain = np.asarray(image)[:, :, ::-1].astype(np.uint8)
    if not how.sharp:
        plain = np.asarray(cv2.resize(plain, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA), np.uint8)
    return plain


def _box(draw: ImageDraw.ImageDraw, corners: tuple[int, int, int, int], scale: int) -> None:
    """A sunken box: dark above and on the left, light below and on the right."""
    left, top, right, bottom = (each * scale for each in corners)
    wide = 2 * scale
    draw.rectangle((left, top, right - 1, bottom - 1), fill=_WHITE)
    draw.rectangle((left, top, right - wide - 1, bottom - wide - 1), fill=_MID)
    draw.rectangle((left + scale, top + scale, right - wide - 1, bottom - wide - 1), fill=_DARK)
    draw.rectangle((left + wide, top + wide, right - wide - 1, bottom - wide - 1), fill=_BOX)


def _spoilt(picture: Grades, how: Spoiling, chance: random.Random) -> Grades:
    values: Any = picture.astype(np.float32)
    if any(how.shift):
        move = np.array([[1, 0, how.shift[0]], [0, 1, how.shift[1]]], np.float32)
        values = cv2.warpAffine(
            values, move, (picture.shape[1], picture.shape[0]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    values = np.clip((np.asarray(values) - 128) * how.contrast + 128, 0, 255)
    values = 255 * (values / 255) ** how.gamma
    values += np.random.default_rng(chance.randrange(2**31)).normal(0, how.grain, picture.shape)
    spoilt = np.clip(values, 0, 255).astype(np.uint8)
    sent = cv2.imencode(".jpg", spoilt, [cv2.IMWRITE_JPEG_QUALITY, how.quality])[1]
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)

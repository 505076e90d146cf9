"""When two texts are the same, letter for letter.

A text area of a web page holds each line break as one character, whatever a system has stored and whatever the caller
has sent. So line breaks, and nothing else, are written alike before texts are compared by their SHA-256: each space, also
at the end, and each letter counts. What a case brings has its letters composed (NFC), as all text that Roger takes in; a
module that stores them decomposed shows another text.
"""

from __future__ import annotations

from hashlib import sha256


def with_plain_breaks(text: str) -> str:
    """The text with every line break as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def fingerprint(text: str) -> str:
    """The SHA-256 of a text with plain line breaks."""
    return sha256(with_plain_breaks(text).encode()).hexdigest()

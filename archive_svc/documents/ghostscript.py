"""Ghostscript, a program of its own: it writes a PDF anew with all its fonts, and in the colours of one device."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from archive_svc.documents.confinement import end_with
from archive_svc.documents.exceptions import DocumentNotConverted, DocumentTooLarge

PROGRAM = "gs"
_LOSSLESS = [
    option
    for colour in ("Color", "Gray")
    for option in (f"-dAutoFilter{colour}Images=false", f"-d{colour}ImageFilter=/FlateEncode")
]
_AS_THEY_ARE = [f"-dDownsample{kind}Images=false" for kind in ("Color", "Gray", "Mono")]
_WRITE_ANEW: Sequence[str] = (
    "-q",
    "-dBATCH",
    "-dNOPAUSE",
    "-dSAFER",
    "-sDEVICE=pdfwrite",
    "-dPDFA=2",
    "-dPDFACompatibilityPolicy=1",  # what PDF/A does not know is left out: the second look says whether that shows
    "-sColorConversionStrategy=RGB",
    "-dPDFSTOPONERROR",
    "-dPreserveAnnots=false",  # notes and filled-in fields become part of the page, as they are seen
    "-dAutoRotatePages=/None",
    "-dEmbedAllFonts=true",
    "-dSubsetFonts=true",
    *_LOSSLESS,
    *_AS_THEY_ARE,
)


def is_there() -> bool:
    """Whether this machine has it."""
    return shutil.which(PROGRAM) is not None


def write_anew(source: Path, into: Path) -> None:
    """Write a PDF that archives can keep; raises DocumentNotConverted when it cannot be done without an error.

    Raises DocumentTooLarge when it takes more time or room than it may.
    """
    parent = os.getpid()
    done = subprocess.run(
        [PROGRAM, *_WRITE_ANEW, f"-sOutputFile={into}", str(source)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # it quotes the file
        stderr=subprocess.DEVNULL,
        check=False,
        preexec_fn=lambda: end_with(parent),  # the program that calls this has no threads
    )
    if done.returncode < 0:
        raise DocumentTooLarge("The file asks for more than it may have")
    if done.returncode:
        raise DocumentNotConverted("Ghostscript met an error in the file")

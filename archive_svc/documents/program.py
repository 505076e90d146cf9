"""The program that reads strangers' files: `python -m archive_svc.documents.program <task as JSON>`.

It prints what became of the file as JSON, or the code of the reason why it cannot be archived, and nothing of the file.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import file_digest
from pathlib import Path
from typing import Any

from archive_svc.documents.confinement import Limits, confine


def main(task: dict[str, Any]) -> dict[str, Any]:
    """Do it; the answer has `refused` or `file`."""
    confine(Limits(**task["limits"]), task["parent"])
    # Only now: what reads files is loaded within the limits.
    from archive_svc.documents.converting import convert  # noqa: PLC0415
    from common.errors import BusinessException  # noqa: PLC0415

    os.chdir(task["into"])
    try:
        made = convert(Path(task["file"]), Path(task["into"]), megapixels=task["megapixels"])
    except BusinessException as refused:
        return {"refused": refused.code, "message": refused.message}
    except (MemoryError, RecursionError):
        return {"refused": "DOCUMENT_TOO_LARGE", "message": "The file asks for more memory than it may have"}
    with made.file.open("rb") as finished:
        checksum = file_digest(finished, "sha256").hexdigest()
    return {"file": str(made.file), "format": made.format, "pages": made.pages, "checksum": checksum}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))  # noqa: T201

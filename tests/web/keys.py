"""Key files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_keys(path: Path, entries: Sequence[dict[str, Any]]) -> Path:
    """A key file with these entries."""
    path.write_text(json.dumps({"keys": entries}))
    return path

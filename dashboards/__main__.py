"""Write every dashboard: `python -m dashboards`."""

from __future__ import annotations

from dashboards.boards import BOARDS, FOLDER

FOLDER.mkdir(parents=True, exist_ok=True)
for board in BOARDS:
    (FOLDER / f"{board.name}.json").write_text(board.json, encoding="utf-8")

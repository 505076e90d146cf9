"""What people find on their phones after a day of orders: a message for each secret, behind whose link it stands once."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import httpx

from tests.recovery.networks import Entrusted
from tests.recovery.plant import Plant, wait_for
from tests.sandbox.visitor import PLAIN
from useradmin_svc.directory.entry import Network


def open_all(roger: Plant, cases: Sequence[dict[str, Any]]) -> list[Entrusted]:
    """Open every link that was sent: each shows a secret, once, for an account that its case names."""
    wait_for(lambda: not roger.rows("select 1 from entrusted where state = 'waiting' limit 1"), "all is sent")
    sent = {str(row["id"]): row for row in roger.rows("select id, case_id, about from entrusted")}
    named = {case["id"]: case["detail"].get("user_names", {}) for case in cases}
    entrusted: list[Entrusted] = []
    for message in sorted((roger.stack.folder / "text-messages").glob("*.txt")):
        row = sent[message.stem]
        network = next(each for each in Network if each.called == row["about"])
        secret = _open(message.read_text(encoding="utf-8"))
        entrusted.append(Entrusted(network, named[str(row["case_id"])][network], secret))
    return entrusted


def _open(message: str) -> str:
    """The secret behind a message's link; looking at the page burns nothing, and the button shows it once."""
    (link,) = re.findall(r"http\S+/hemmelighet/\S+", message)
    with httpx.Client(verify=PLAIN) as phone:
        looked, shown, again = phone.get(link), phone.post(link), phone.post(link)
    assert [looked.status_code, shown.status_code, again.status_code] == [200, 200, 404]
    (secret,) = re.findall(r"<code[^>]*>([^<]+)</code>", shown.text)
    assert secret not in looked.text + again.text
    return html.unescape(secret)

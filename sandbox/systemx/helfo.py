"""HELFO at the other end: it answers what has been sent to it, with a receipt and a judgement of every bill."""

import sqlite3

from sandbox.systemx.seeds import Judgement


class Helfo:
    """Works on SystemX's own database, as the answers end up there."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def answer_what_waits(self) -> None:
        """Answer every sending that has no receipt yet, unless answers are held."""
        held = self._db.execute("select held from mood").fetchone()
        if held and held[0]:
            return
        waiting = self._db.execute("select id, message_id from sending where receipt = '' order by id").fetchall()
        for sending, message in waiting:
            self._answer(sending, message)

    def _answer(self, sending: int, message: int) -> None:
        refusal = self._db.execute("select code from refusal").fetchone()
        if refusal:
            _ = self._db.execute("update sending set receipt = ? where id = ?", (refusal[0], sending))
            return
        # What was refused as a whole was never read.
        before = self._db.execute(
            "select 1 from sending where message_id = ? and id < ? and receipt in ('RECEIVED', 'DUPLICATE')",
            (message, sending),
        ).fetchone()
        if before:
            _ = self._db.execute("update sending set receipt = 'DUPLICATE' where id = ?", (sending,))
            return
        _ = self._db.execute("update sending set receipt = 'RECEIVED' where id = ?", (sending,))
        bills = self._db.execute(
            "select c.id, c.number, x.refund, c.person_id, c.at, p.national_id from claimed x"
            " join card c on c.id = x.card_id join person p on p.id = c.person_id where x.message_id = ?",
            (message,),
        ).fetchall()
        for card, number, refund, person, at, national_id in bills:
            result, code = self._judged(card, person, at, national_id)
            _ = self._db.execute(
                "insert into result (sending_id, card_id, number, refund, result, code) values (?, ?, ?, ?, ?, ?)",
                (sending, card, number, refund, result, code),
            )
            _ = self._db.execute("update card set state = ?, result_code = ? where id = ?", (result, code, card))

    def _judged(self, card: int, person: int, at: str, national_id: str) -> tuple[str, str]:
        told = self._db.execute("select entry from judgement where national_id = ?", (national_id,)).fetchone()
        if told:
            judgement = Judgement.model_validate_json(told[0])
            return judgement.result, judgement.code
        paid = self._db.execute(
            "select 1 from card where person_id = ? and substr(at, 1, 10) = ? and state = 'ACCEPTED' and id <> ?",
            (person, at[:10], card),
        ).fetchone()
        return ("DUPLICATE", "") if paid else ("ACCEPTED", "")

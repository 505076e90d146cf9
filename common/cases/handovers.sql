-- Rows that ended cases hand over to other processes, until they are a batch there.

-- name: take_handovers
-- Some that nobody else is at: each is put off before it is begun, so that whoever dies over it does not stop the rest.
with due as (
    select h.case_id, h.number from handovers h
    where h.rows is not null and h.retry_at <= now() order by h.retry_at limit %(limit)s for update skip locked
)
update handovers h set retry_at = now() + %(pause)s * interval '1 second'
from due, cases c, case_contents k
where h.case_id = due.case_id and h.number = due.number and c.id = h.case_id and k.case_id = h.case_id
returning h.case_id, h.number, h.process, h.rows, c.caller, c.process as source, c.test, k.key;

-- name: handed_over
-- The rows are a batch now, or never can be one.
update handovers set rows = null, batch = %(batch)s::uuid, code = %(code)s::text
where case_id = %(case)s and number = %(number)s and rows is not null returning number;

-- name: has_refused_rows
-- Whether rows of a batch were refused: whoever finds it made by another has not seen the answers.
select exists (select from batch_remainders where batch = %(batch)s and problem is not null) as refused;

-- The ledger: facts remembered across cases under blind keys.

-- name: still_held
-- Locked, so that the sweep cannot take the case back between this and the entry.
select id from cases where id = %(id)s and fence = %(fence)s and state = 'running' for share;

-- name: forget_ended
-- What is remembered no longer makes room, whether it has been purged yet or not.
delete from ledger where kind = %(kind)s and key = any(%(keys)s::bytea[]) and ends < %(today)s;

-- name: enter
-- One row under each index key there is: two workers of which one has a newer key still meet.
insert into ledger (kind, key, id, wrapped_key, value, case_id, ends)
select %(kind)s, key, %(fact)s, %(wrapped)s, %(value)s, %(id)s, %(until)s
from (select distinct unnest(%(keys)s::bytea[]) as key order by key) keys
on conflict (kind, key) do nothing
returning key;

-- name: look_up
select id, wrapped_key, value, case_id, ends from ledger
where kind = %(kind)s and key = any(%(keys)s::bytea[]) and ends >= %(today)s
order by made_at, id limit 1;

-- name: all_of_kind
-- A fact has a row under each index key.
select distinct on (id) id, wrapped_key, value, case_id, ends from ledger
where kind = %(kind)s and ends >= %(today)s order by id;

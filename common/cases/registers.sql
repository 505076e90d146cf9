-- Registers: versions are added and never changed; a trigger refuses anything else.

-- name: lock_register
-- One at a time for each register, until the transaction ends: versions are numbered without a gap.
select pg_advisory_xact_lock(hashtextextended('register:' || %(name)s, 0));

-- name: same_version
-- The same table from the same day, as long as no later version has taken its place altogether.
select r.version from registers r
where r.name = %(name)s and r.digest = %(digest)s and r.valid_from = %(valid_from)s
  and not exists (
      select from registers later
      where later.name = r.name and later.version > r.version and later.valid_from <= r.valid_from
  );

-- name: add_version
-- Together with the note of who did it.
with stored as (
    insert into registers (name, version, valid_from, rows, digest, signer, caller)
    select %(name)s::text, coalesce(max(version), 0) + 1, %(valid_from)s::date, %(rows)s, %(digest)s, %(signer)s::text, %(caller)s::text
    from registers where name = %(name)s::text
    returning version
), noted as (
    insert into operations (actor, kind, name, action, reason)
    select %(actor)s::text, 'register', %(name)s::text, 'replaced',
           'version ' || version || ' from ' || %(valid_from)s::date || ', signed by ' || %(signer)s::text
    from stored
)
select version from stored;

-- name: in_force
-- The highest version among those that are valid from that day or earlier.
select max(version) as version from registers where name = %(name)s and valid_from <= %(day)s;

-- name: rows_of
select version, valid_from, rows from registers where name = %(name)s and version = %(version)s;

-- name: versions_of
-- Newest first, without the rows.
select version, valid_from, signer, caller, stored_at, jsonb_array_length(rows) as row_count
from registers where name = %(name)s order by version desc limit %(limit)s;

-- name: one_version
select version, valid_from, signer, caller, stored_at, jsonb_array_length(rows) as row_count
from registers where name = %(name)s and version = %(version)s;

-- name: newest_of
-- Of each register, the version in force on a day.
select name, max(version) as version from registers where valid_from <= %(day)s group by name;

-- name: use_register
-- A run's durable point and what it is about, refused when the case is no longer this run's. The share lock keeps the
-- sweep from taking the case back between the check and the write.
with held as materialized (
    select id, epoch, fence from cases
    where id = %(id)s and fence = %(fence)s and state = 'running' for share
), point as (
    insert into checkpoints (case_id, epoch, name, mark, fence, value)
    select id, epoch, %(point)s, %(mark)s, fence, %(value)s from held
    on conflict (case_id, epoch, name) do nothing
), used as (
    insert into register_uses (case_id, epoch, name, version)
    select id, epoch, %(name)s, %(version)s from held
    on conflict do nothing
)
select id from held;

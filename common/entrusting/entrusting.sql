-- Secrets that wait for the one person each is for: sealed, shown once, erased when seen or when their time is over.

-- name: keep
-- The run's durable point, the secret and its message, refused when the case is no longer this run's. The share lock
-- keeps the sweep from taking the case back between the check and the write. What an earlier epoch left under this name
-- opens nothing any more, and its message does not leave.
with held as materialized (
    select id, epoch, fence from cases
    where id = %(case)s and fence = %(fence)s and state = 'running' for share
), point as (
    insert into checkpoints (case_id, epoch, name, mark, fence, value)
    select id, epoch, %(name)s, %(mark)s, fence, %(value)s from held
    on conflict (case_id, epoch, name) do nothing
), withdrawn as (
    update entrusted e
    set state = 'withdrawn', key = null, secret = null, message = null, ended_at = %(made_at)s
    from held
    where e.case_id = held.id and e.name = %(name)s and e.id <> %(id)s and e.state in ('waiting', 'sent')
), kept as (
    insert into entrusted (id, case_id, name, about, state, token, key, secret, message, made_at, expires_at, retry_at)
    select %(id)s, id, %(name)s, %(about)s, 'waiting', %(token)s, %(key)s, %(secret)s, %(message)s, %(made_at)s,
           %(expires_at)s, %(made_at)s
    from held
    on conflict (id) do nothing
)
select id from held;

-- name: find
-- Locked until it is burnt: of two who ask at once, the second finds nothing.
select id, case_id, about, key, secret from entrusted
where token = any(%(tokens)s::bytea[]) and state in ('waiting', 'sent') and expires_at > %(now)s
for update;

-- name: burn
update entrusted
set state = 'revealed', key = null, secret = null, message = null, ended_at = %(now)s
where id = %(id)s;

-- name: expire
-- Some of those whose time is over; of which messages had left is what people are told.
with over as (
    select id from entrusted where state in ('waiting', 'sent') and expires_at <= %(now)s
    order by expires_at limit %(limit)s for update skip locked
)
update entrusted e
set state = 'expired', key = null, secret = null, message = null, ended_at = %(now)s
from over where e.id = over.id
returning e.id, e.case_id, e.about, e.sent_at, e.code;

-- name: lease
-- The next message to send. Whoever dies over it leaves it for another attempt when its lease is over.
update entrusted
set attempts = attempts + 1, retry_at = %(now)s::timestamptz + %(lease)s::float * interval '1 second'
where id = (
    select id from entrusted where state = 'waiting' and retry_at <= %(now)s and expires_at > %(now)s
    order by retry_at limit 1 for update skip locked
)
returning id, case_id, about, key, message, expires_at, attempts;

-- name: sent
update entrusted set state = 'sent', message = null, sent_at = %(now)s, code = null
where id = %(id)s and state = 'waiting';

-- name: not_sent
update entrusted
set code = %(code)s, retry_at = %(now)s::timestamptz + %(pause)s::float * interval '1 second'
where id = %(id)s and state = 'waiting'
returning id;

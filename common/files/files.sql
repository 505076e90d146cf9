-- Files that callers hand over before the cases that name them. Everybody locks files before cases, and several files in
-- the order of their ids: no two can wait for each other. A case needs its files while it is open, and until the rows are
-- cases that it has handed over.

-- name: begin
insert into files (id, caller, state, key, size, handed_at, expires_at, ends_at)
values (%(id)s, %(caller)s, 'arriving', %(key)s, %(announced)s, %(now)s, %(expires_at)s, %(expires_at)s);

-- name: room
-- What is stored or set aside of one caller, and in all, besides one file. Each counts for some bytes, however small it is.
select coalesce(sum(greatest(size, %(least)s)) filter (where caller = %(caller)s), 0)::bigint as of_caller,
       coalesce(sum(greatest(size, %(least)s)), 0)::bigint as of_all
from files where id <> %(file)s;

-- name: add_piece
-- Only behind the piece before it; nothing comes of it when the file is gone.
with file as (
    update files set size = greatest(size, %(size)s), pieces = pieces + 1, handed_at = %(now)s, expires_at = %(expires_at)s,
                     ends_at = %(expires_at)s
    where id = %(id)s and state = 'arriving' and pieces = %(number)s returning id
)
insert into file_pieces (file_id, number, content) select id, %(number)s, %(content)b from file
returning file_id;

-- name: standing
-- The same content of the same caller, which was handed over before.
select id from files where mark = any(%(marks)s::bytea[]) order by id desc limit 1 for update;

-- name: complete
update files set state = 'whole', mark = %(mark)s, facts = %(facts)s, size = %(size)s, handed_at = %(now)s,
                 expires_at = %(expires_at)s, ends_at = %(ends_at)s
where id = %(id)s and state = 'arriving' and pieces = %(pieces)s returning id;

-- name: handed_over_again
update files set handed_at = %(now)s, expires_at = %(expires_at)s, ends_at = %(ends_at)s where id = %(id)s;

-- name: delete
delete from files where id = %(id)s;

-- name: known
-- What its owner is told of it.
select size, handed_at, expires_at from files where mark = any(%(marks)s::bytea[])
order by id desc limit 1;

-- name: hold
-- Those of these that are there, and stay there until the transaction ends.
select id, mark from files where mark = any(%(marks)s::bytea[]) order by id for share;

-- name: bind
insert into file_uses (case_id, file_id)
select c.id, t.file from unnest(%(cases)s::uuid[], %(files)s::uuid[]) as t (id, file) join cases c using (id)
where c.state not in ('done', 'closed', 'cancelled')
on conflict do nothing;

-- name: of_case
select f.id, f.key, f.facts from file_uses u join files f on f.id = u.file_id
where u.case_id = %(case)s order by f.id desc;

-- name: piece
select content from file_pieces where file_id = %(id)s and number = %(number)s;

-- name: hold_of_case
select f.id from file_uses u join files f on f.id = u.file_id where u.case_id = %(case)s order by f.id for update of f;

-- name: hold_case
-- The share lock keeps the sweep from taking the case back between the check and the delete.
select id from cases where id = %(case)s and fence = %(fence)s and state = 'running' for share;

-- name: give_up
delete from file_uses where case_id = %(case)s;

-- name: delete_unneeded
-- A statement of its own, after the locks: it sees the cases that came in while they were waited for.
delete from files f
where f.id = any(%(ids)s::uuid[]) and not exists (
    select from file_uses u join cases c on c.id = u.case_id
    where u.file_id = f.id and (c.state not in ('done', 'closed', 'cancelled')
        or exists (select from handovers h where h.case_id = c.id and h.rows is not null)));

-- name: over
-- Some of those whose time is over, and that no open case needs, or that have lain here too long for any.
select f.id from files f
where f.expires_at <= %(now)s and (f.ends_at <= %(now)s or not exists (
    select from file_uses u join cases c on c.id = u.case_id
    where u.file_id = f.id and (c.state not in ('done', 'closed', 'cancelled')
        or exists (select from handovers h where h.case_id = c.id and h.rows is not null))))
order by f.expires_at limit %(limit)s for update of f skip locked;

-- name: delete_over
delete from files f
where f.id = any(%(ids)s::uuid[]) and f.expires_at <= %(now)s and (f.ends_at <= %(now)s or not exists (
    select from file_uses u join cases c on c.id = u.case_id
    where u.file_id = f.id and (c.state not in ('done', 'closed', 'cancelled')
        or exists (select from handovers h where h.case_id = c.id and h.rows is not null))));

-- name: standing_files
select count(*) as files, coalesce(sum(size), 0)::bigint as bytes, count(*) filter (where over) as overdue,
       min(expires_at) filter (where over) as overdue_since
from (
    select f.size, f.expires_at, f.expires_at <= %(now)s and (f.ends_at <= %(now)s or not exists (
        select from file_uses u join cases c on c.id = u.case_id
        where u.file_id = f.id and (c.state not in ('done', 'closed', 'cancelled')
            or exists (select from handovers h where h.case_id = c.id and h.rows is not null)))) as over
    from files f
) kept;

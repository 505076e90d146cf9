-- Evidence: what a page looked like when a run failed.

-- name: keep
-- Only while the case is still this run's.
insert into evidence (id, case_id, fence, kind, code, key, content, expires_at)
select e.id, c.id, c.fence, e.kind, %(code)s, e.key, e.content, now() + %(days)s * interval '1 day'
from (select id, fence from cases where id = %(case)s and fence = %(fence)s and state = 'running' for share) c,
     unnest(%(ids)s::uuid[], %(kinds)s::text[], %(keys)s::bytea[], %(contents)s::bytea[]) as e (id, kind, key, content)
returning id;

-- name: of_case
select id, fence, kind, code, at, expires_at from evidence
where case_id = %(case)s and expires_at > %(now)s order by at, kind;

-- name: one
select id, fence, kind, code, at, expires_at, key, content from evidence
where id = %(id)s and case_id = %(case)s and expires_at > %(now)s;

-- name: note_reading
insert into operations (actor, kind, name, action, reason)
values (%(actor)s, 'evidence', %(case)s, 'read', %(id)s);

-- Page sessions: found by the hash of their id, ended by time or will.

-- name: begin
insert into page_sessions (id, name, kind, scopes, units, issuer, began_at, seen_at, ends_at)
values (%(id)s, %(name)s, %(kind)s, %(scopes)s::jsonb, %(units)s::jsonb, %(issuer)s, %(now)s, %(now)s, %(ends_at)s);

-- name: find
select name, kind, scopes, units, issuer, began_at, seen_at, ends_at from page_sessions
where id = %(id)s and ends_at > %(now)s and seen_at > %(idle)s;

-- name: seen
update page_sessions set seen_at = %(now)s where id = %(id)s and seen_at < %(seen)s;

-- name: end
delete from page_sessions where id = %(id)s;

-- name: end_all_of
delete from page_sessions where name = %(name)s;

-- name: forget
delete from page_sessions where ends_at <= %(now)s or seen_at <= %(idle)s;

-- name: roles_here
-- The roles of this database, where an administrator has made them and the asker owns its tables.
select app.rolname as app, reader.rolname as reader
from pg_roles app, pg_roles reader
where app.rolname = current_database() || '_app' and reader.rolname = current_database() || '_read'
    and current_user not in (app.rolname, reader.rolname);

-- name: grant_app
-- All that the code does with rows, and nothing else: no DDL, no truncate, no case ever deleted.
grant usage on schema public to {app};
grant select, insert, update, delete on all tables in schema public to {app};
grant usage on all sequences in schema public to {app};
grant execute on all functions in schema public to {app};
revoke insert, update, delete on alembic_version from {app};
revoke delete on cases from {app};

-- name: guard_log
-- Who did what is added to and never changed; the errand that numbers transactions anew moves nothing but their numbers.
revoke update, delete on operations from {app};
revoke update on access_log from {app};
revoke update, delete on access_seals from {app};
grant update (purged_at) on access_seals to {app};
revoke update on events from {app};
grant update (tx) on events to {app};
alter table events enable row level security;
drop policy if exists events_read on events;
drop policy if exists events_added on events;
drop policy if exists events_renumbered on events;
drop policy if exists events_over on events;
create policy events_read on events for select using (true);
create policy events_added on events for insert with check (true);
create policy events_renumbered on events for update using (true);
create policy events_over on events for delete using (at < now() - {kept});

-- name: grant_reader
-- Column by column, so that what is sealed is not even there to be read; a new column comes with its migration.
revoke all on all tables in schema public from {reader};
grant usage on schema public to {reader};
do $$
declare
    place record;
begin
    for place in
        select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as plain
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and a.attnum > 0 and not a.attisdropped and a.atttypid <> 'bytea'::regtype
        group by c.relname
    loop
        execute format('grant select (%s) on %I to %I', place.plain, place.name, current_database() || '_read');
    end loop;
end $$;

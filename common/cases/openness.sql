-- What stands between cases and their targets. Three small tables, read about once a second by every worker.

-- name: pauses
select kind, name, actor, reason, code, since from pauses where kind in ('process', 'target');

-- name: circuits
-- Whether a try is due is asked of the clock that set the time.
select c.target, c.failures, c.code, c.opened_at, c.retry_at, c.probe,
       coalesce(c.probe_until > clock_timestamp(), false)
           or exists (select from cases r where r.id = c.probe_case and r.fence = c.probe_fence and r.state = 'running')
           as probing,
       coalesce(c.retry_at <= clock_timestamp(), false) as due
from circuits c;

-- name: accounts
select target, name, coalesce(lease_until > clock_timestamp(), false) as leased, out_since
from accounts order by target, name;

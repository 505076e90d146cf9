-- What a claimed case needs of its targets besides being open.

-- name: take_pace
-- Evenly spaced: a target gets one case, and the next not before the gap has passed. The gap is counted from when the
-- row is ours; what stands in `excluded` was reckoned before the wait for it.
insert into paces as p (target, next_at) values (%(target)s, clock_timestamp() + %(gap)s * interval '1 second')
on conflict (target) do update
set next_at = clock_timestamp() + %(gap)s * interval '1 second'
where p.next_at <= clock_timestamp()
returning target;

-- name: until_pace
select greatest(0, extract(epoch from next_at - clock_timestamp()))::float as wait from paces where target = %(target)s;

#!/bin/sh
# As the public image does: the folder becomes PostgreSQL's own, the superuser's password comes from a file.
set -eu
data=/var/lib/postgresql/data
if [ "$(id -u)" -eq 0 ]; then
    mkdir -p "$data"
    chown postgres "$data"
    chmod 700 "$data"
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
    initdb --pgdata "$data" --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" --auth scram-sha-256 --encoding UTF8 >/dev/null
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec "$@" -D "$data" -c listen_addresses='*'

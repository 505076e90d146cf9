"""PostgreSQL remembers: tables, migrations and the two ways to reach them."""

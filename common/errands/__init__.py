"""Short background jobs without a browser, in an always-on process per service."""

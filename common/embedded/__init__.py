"""The real PostgreSQL and the real Redis, from wheels, for a laptop or a test run."""

from common.embedded.postgres import EmbeddedPostgres
from common.embedded.redis import EmbeddedRedis

__all__ = ["EmbeddedPostgres", "EmbeddedRedis"]

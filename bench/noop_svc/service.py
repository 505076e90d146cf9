"""The service of the processes that do nothing."""

from common.process import Service

noop = Service("bench", title="Bench")

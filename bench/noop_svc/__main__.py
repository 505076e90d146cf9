from common.cli import run_service

run_service("bench.noop_svc")

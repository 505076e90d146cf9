from common.cli import run_service

run_service("health_svc")

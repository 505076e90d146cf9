from common.cli import run_service

run_service("useradmin_svc")

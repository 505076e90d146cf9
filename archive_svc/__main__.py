from common.cli import run_service

run_service("archive_svc")

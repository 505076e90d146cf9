from common.cli import run_service

run_service("payroll_svc")

"""The payroll service: one deployment of api, errands and worker for the processes of the payroll office."""

from common.process import Service

payroll = Service("payroll", title="Payroll")

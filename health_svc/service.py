"""The health service: one deployment of api, errands and worker for the processes of the infection-control office."""

from common.process import Service

health = Service("health", title="Health", pages=["health_svc.forms.vaccination"])

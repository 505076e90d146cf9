"""The archive service: one deployment of api, errands and worker for what ends up in the case archive."""

from common.process import Service

archive = Service("archive", title="Case archive")

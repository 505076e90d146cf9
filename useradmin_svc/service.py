"""The user administration service: one deployment of api, errands and worker for accounts and accesses."""

from common.process import Service

useradmin = Service(
    "useradmin", title="User administration", key_files={"ROGER_ORDERS_PERSON_KEY": "person-key"}, entrusts=True
)

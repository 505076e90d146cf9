"""Grafana's dashboards as code: `make dashboards` writes what k8s/monitoring/grafana/dashboards holds.

A room of its own: k8s/ holds only what is deployed, and none of this is.
"""

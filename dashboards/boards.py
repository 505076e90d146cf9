"""Every dashboard there is, and where Grafana finds it."""

from __future__ import annotations

from pathlib import Path

from dashboards.overview import OVERVIEW
from dashboards.platform import PLATFORM
from dashboards.robots import ROBOTS
from dashboards.service import SERVICE_BOARD
from dashboards.target import TARGET_BOARD

BOARDS = (OVERVIEW, SERVICE_BOARD, TARGET_BOARD, ROBOTS, PLATFORM)
FOLDER = Path(__file__).parents[1] / "k8s" / "monitoring" / "grafana" / "dashboards"

"""Tables that people send: CSV and XLSX files of any process, read into inputs, and templates to fill in."""

from __future__ import annotations

from common.spreadsheet.columns import Column, Kind, OwnCommas, columns_of
from common.spreadsheet.complaint import Limits
from common.spreadsheet.table import Row, Table, read
from common.spreadsheet.template import template, whole_register

__all__ = ["Column", "Kind", "Limits", "OwnCommas", "Row", "Table", "columns_of", "read", "template", "whole_register"]

"""Varde Lønn: payroll and human resources, as an ordinary server-rendered web application."""

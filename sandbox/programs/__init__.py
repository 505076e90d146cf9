"""Programportalen: every program's user administration in one web application."""

"""Katalog: the administration of a network's accounts, as an ordinary server-rendered web application."""

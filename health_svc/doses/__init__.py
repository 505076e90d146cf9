"""Vaccinations: what a dose is, by which rules it stands, and how it stands in HsPro."""

"""Documents of tax collection on their way from SOFIE into the archive (ARC-01)."""

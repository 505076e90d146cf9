"""From an item of approved minutes to its protocol in the archive (ARC-03)."""

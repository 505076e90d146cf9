"""ESA, the case archive."""

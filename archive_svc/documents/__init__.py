"""Documents as files: what they are, whether they may be archived, and their archive format."""

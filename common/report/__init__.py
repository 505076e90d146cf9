"""Reports of batches: what they say, and how they are shown to people."""

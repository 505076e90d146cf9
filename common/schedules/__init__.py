"""What the clock starts: due times become firings, each exactly once, and firings become batches or errands."""

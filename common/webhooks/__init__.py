"""Tell other systems of events at addresses they give us: signed, in order per case, at least once."""

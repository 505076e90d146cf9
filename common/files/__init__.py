"""Files that callers hand over before the cases that name them: kept sealed in pieces until the work is done."""

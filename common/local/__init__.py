"""Everything on one machine: what `roger up` and `roger demo` start and stop."""

"""Stand-ins for the municipality's own systems: ordinary web applications, with faults on demand."""

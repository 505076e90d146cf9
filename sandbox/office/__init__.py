"""What the stand-ins have in common: signing in, sessions, a log of what was done, faults on demand, the vendor's console."""

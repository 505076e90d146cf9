"""A network's directory of accounts, whichever product it is administered with."""

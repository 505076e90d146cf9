"""Katalog, in which a directory of accounts is administered where there is no other."""

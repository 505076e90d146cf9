"""The REST service of any domain, made from its declaration."""

"""Work in a web page as a person would, one round trip at a time."""

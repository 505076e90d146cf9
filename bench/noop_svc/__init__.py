"""A service whose processes do nothing: what is left is Roger itself."""

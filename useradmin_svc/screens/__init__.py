"""The pages of the targets, a folder for each product."""

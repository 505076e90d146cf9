"""Backlog control: every document that waits for an answer is looked at, answered ones are written off, the others followed up."""

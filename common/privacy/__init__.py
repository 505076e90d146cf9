"""What keeps a person from leaking: encryption bound to the row, blind look-up, masking."""

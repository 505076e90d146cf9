"""The case archive: documents archived, answers followed up, protocols written: what Roger does for archive, tax collector and council secretariat."""

"""One file per process, named after the resource it serves."""

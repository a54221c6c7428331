"""One check a file; its id is its path."""

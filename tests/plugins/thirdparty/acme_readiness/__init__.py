"""Checks that Acme runs beside the built-in ones."""

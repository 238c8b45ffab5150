"""The checks, a page of the standard a module."""

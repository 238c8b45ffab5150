"""Typed views of the documents, generated; validation stays with the schemas."""

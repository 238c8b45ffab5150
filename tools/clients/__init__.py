"""Clients in other languages, generated from the published artefacts, run against the gateway."""

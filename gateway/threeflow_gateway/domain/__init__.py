"""Decisions: frozen values in, a value or a refusal out. No clock, no database, no network."""

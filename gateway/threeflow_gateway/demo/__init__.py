"""The demo: two jurisdictions, separate parties, real gateway processes, every invoice accounted for."""

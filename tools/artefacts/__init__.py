"""The standard in the forms that other people's tools read, made by ``python -m tools.artefacts``."""

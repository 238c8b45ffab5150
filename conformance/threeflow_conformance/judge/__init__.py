"""Judges: what a node's answers are worth, decided without the SDK that the node may be built on."""

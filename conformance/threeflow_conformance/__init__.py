"""The conformance suite: it speaks as a network of nodes around the one under test, and judges for itself."""

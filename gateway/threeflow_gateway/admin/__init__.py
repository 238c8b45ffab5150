"""What the people who run a node may ask of it while it runs: a Unix socket of its own, off by default."""

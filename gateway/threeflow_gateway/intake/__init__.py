"""From octets to a receipt: the fixed order of checks, and the one committer."""

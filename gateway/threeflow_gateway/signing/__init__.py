"""Where the node's signatures come from: key files that it reads, or a signer that keeps private halves."""

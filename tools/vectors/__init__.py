"""Makes the vectors of bytes and trust again: same input, same octets."""

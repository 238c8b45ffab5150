"""What REST and gRPC have in common: who calls, and the verbs."""

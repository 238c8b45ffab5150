"""What the node carries to its peers: documents, checkpoints, dossiers (TF-INTAKE-30 to TF-INTAKE-34)."""

"""What the suite says as other nodes: keys, trust lists, documents, requests, and their forgeries."""

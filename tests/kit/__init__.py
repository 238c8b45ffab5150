"""What tests of whole nodes share: keys, trust lists, configurations, documents, gateways."""

"""The gRPC binding (TF-GRPC): the verbs over protobuf messages, in the process and event loop of REST."""

"""Whether a node is well: readiness, the gauges of its metrics, and `threeflow doctor`."""

"""What a node lets its operator see of itself: metrics, logs, traces."""

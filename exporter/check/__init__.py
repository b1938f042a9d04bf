"""What `check-config` finds out: whether a configuration works, and what does not."""

"""What the APIs that report costs share: sums of usage rows, budgets, and the families of a bill."""

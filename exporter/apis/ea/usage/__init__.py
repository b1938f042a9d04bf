"""Usage details: three ways to read them, and how their rows are summed."""

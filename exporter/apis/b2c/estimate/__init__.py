"""The estimate of the month's bill: a price list applied to usage that the reports state."""

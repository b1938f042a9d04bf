"""The ways to read costs: queries, cost details reports, exports."""

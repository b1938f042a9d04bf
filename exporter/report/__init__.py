"""Reports for people and programs: rows of one reading, in several formats."""

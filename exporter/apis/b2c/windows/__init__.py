"""What the rows of a report amount to in each window: a day, the month to date, the last 30 days."""

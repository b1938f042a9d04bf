"""The machine that runs reports; it knows no API."""

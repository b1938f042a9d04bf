"""HTTP; it knows no API."""

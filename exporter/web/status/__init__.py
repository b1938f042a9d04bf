"""The status page at `/`: what it shows, as values, and the templates that show it."""

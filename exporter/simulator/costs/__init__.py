"""What Azure services cost the simulated company, as Cost Management and its exports know it."""

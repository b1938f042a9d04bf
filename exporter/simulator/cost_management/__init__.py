"""Cost Management and Consumption behind Azure Resource Manager (`management.azure.com`)."""

"""The Enterprise Agreement reporting APIs (`consumption.azure.com`)."""

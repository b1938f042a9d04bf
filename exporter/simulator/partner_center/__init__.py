"""Partner Center's usage records and summaries (`api.partnercenter.microsoft.com`)."""

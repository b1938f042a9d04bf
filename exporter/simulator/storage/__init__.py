"""The storage account to which Cost Management exports (`{account}.blob.core.windows.net`)."""

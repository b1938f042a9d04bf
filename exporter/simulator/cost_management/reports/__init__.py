"""The operations below a scope: a module for each."""

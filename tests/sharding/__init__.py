"""Sharing accounts among several exporters."""

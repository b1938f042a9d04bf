"""Tests of the explanations of figures."""

"""Odd cases: what is tried, and when one has failed."""

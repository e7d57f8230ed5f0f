"""Data that experiments learn from."""

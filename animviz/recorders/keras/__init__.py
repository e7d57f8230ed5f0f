"""Keras' door: a callback that records, and rebuilds its models."""

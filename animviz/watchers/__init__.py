"""Watchers: draw while, or after, a network trains."""

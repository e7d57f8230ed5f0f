"""Rendering: a picture mapped over moments, into a film."""

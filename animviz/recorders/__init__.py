"""Recorders: one door per framework."""

"""Experiments: what animviz trains itself."""

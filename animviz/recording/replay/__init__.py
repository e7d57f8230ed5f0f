"""Replay: layers computed in NumPy from recorded weights, without the framework that trained them."""

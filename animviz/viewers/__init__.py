"""Viewers: move through a recording by hand, in a notebook's cell or in the browser."""

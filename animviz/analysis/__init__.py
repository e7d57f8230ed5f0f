"""Analysis: what can be said of a recording."""

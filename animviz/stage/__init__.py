"""The stage: one figure and its pixels."""

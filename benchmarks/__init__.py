"""Benchmarks: ratios against baselines measured in the same run; `python -m benchmarks` prints and writes the table."""

"""Trackers of experiments: a film or a still of a scene among the numbers of a run.

Each module has `log_film` and `log_still`, and imports its tracker when one of them is called.
"""

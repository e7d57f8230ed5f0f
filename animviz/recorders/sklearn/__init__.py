"""scikit-learn's door: `record` trains an estimator step by step, and records it."""

from animviz.recorders.sklearn.recording import record

__all__ = ["record"]

"""scikit-learn's door: `record` trains an estimator step by step, and records it; `record_models` several on one data set."""

from animviz.recorders.sklearn.models import record_models
from animviz.recorders.sklearn.recording import record

__all__ = ["record", "record_models"]

"""Keras' door: a callback that records, and rebuilds its models."""

import os
import sys

from animviz.recorders.muting import muted_stderr

# TensorFlow greets with seven lines, one of them alarming where there is no GPU. Who sets a low level wants to see them.
if "tensorflow" not in sys.modules and os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") >= "2":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with muted_stderr():
        import keras  # noqa: F401

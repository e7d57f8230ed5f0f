"""Keras' door: a callback that records, and rebuilds its models."""

import os
import sys

from animviz.recorders.muting import muted_stderr

# TensorFlow greets with seven lines, one of them alarming where there is no GPU. Who sets the level wants to see them.
if "tensorflow" not in sys.modules and "TF_CPP_MIN_LOG_LEVEL" not in os.environ:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with muted_stderr():
        import keras  # noqa: F401

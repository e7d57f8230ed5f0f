"""Training with Keras."""

import os

# Before TensorFlow is loaded: its greetings are no news to users.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

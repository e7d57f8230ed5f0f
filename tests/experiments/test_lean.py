"""Keras is imported without what it only takes along, and nothing stays hidden afterwards."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.integration

CODE = """
import sys

import pytest
from animviz.experiments.keras.starting import without
with without("sklearn", "pandas"):
    import keras
assert "sklearn" not in sys.modules and "pandas" not in sys.modules
import sklearn.metrics, pandas
with without("sklearn"):
    import sklearn
assert sys.modules["sklearn"] is sklearn
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
import numpy
model.fit(numpy.zeros((4, 2)), numpy.zeros((4, 1)), verbose=0)
"""


@pytest.mark.slow
def test_hidden_packages_come_back() -> None:
    subprocess.run([sys.executable, "-W", "error::ImportWarning", "-c", CODE], check=True)

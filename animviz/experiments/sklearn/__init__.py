"""Experiments whose models are those of scikit-learn."""

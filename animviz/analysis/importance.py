"""Feature importance by a random forest."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array, Float

__all__ = ["TREES", "forest_importance"]

TREES = 100


def forest_importance(flat: Float, labels: Array, seed: int) -> NDArray[np.float64]:
    """Return each pixel's importance to a random forest of 100 trees that classifies the images.

    It is the mean decrease in impurity (Breiman, "Random Forests", 2001) as scikit-learn computes it.

    Args:
        flat: images as float32 of shape (samples, pixels).
        labels: class numbers of shape (samples,).
        seed: of the forest.

    Returns:
        float64 of shape (pixels,), which sums to 1.
    """
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators=TREES, random_state=seed, n_jobs=-1).fit(flat, labels)
    return np.asarray(forest.feature_importances_)

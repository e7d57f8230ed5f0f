"""The loss around the way of a training: planes in the space of all weights, and the loss over them.

After Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018, arXiv 1712.09913).
"""

from animviz.analysis.landscape.losses import LossOf, require_landscape
from animviz.analysis.landscape.planes import KINDS, Plane, plane_of, weights_of

__all__ = ["KINDS", "LossOf", "Plane", "plane_of", "require_landscape", "weights_of"]

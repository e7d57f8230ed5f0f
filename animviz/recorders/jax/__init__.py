"""JAX's door: `Recorder` for any tree of parameters with a function that applies them."""

from animviz.recorders.jax.recorder import Recorder

__all__ = ["Recorder"]

"""Weights & Biases: films and stills among the media of a run."""

from animviz.integrations.drawing import needed
from animviz.integrations.media import MediaTracker

__all__ = ["log_film", "log_still"]

_WANDB = MediaTracker("wandb", lambda: needed("wandb", "wandb").run)

log_film = _WANDB.log_film
log_still = _WANDB.log_still

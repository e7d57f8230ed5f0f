"""Trackio: films and stills among the media of a run."""

from animviz.integrations.drawing import needed
from animviz.integrations.media import MediaTracker

__all__ = ["log_film", "log_still"]

_TRACKIO = MediaTracker("trackio", lambda: needed("trackio.context_vars", "trackio").current_run.get())

log_film = _TRACKIO.log_film
log_still = _TRACKIO.log_still

"""Keras models that were saved while they trained."""

from pathlib import Path
from typing import Any

import keras

from animviz.errors import RecordingError
from animviz.recorders.description import Captured, Description
from animviz.recorders.keras.capturing import captured
from animviz.recorders.keras.inspect import described
from animviz.recorders.session import Session

__all__ = ["Models"]


class Models:
    """Whole models in files named ``.keras``; see `animviz.recorders.checkpoints.Source`.

    Args:
        own: a class or function of the user's own that they are made of, or None.
    """

    def __init__(self, own: Any = None) -> None:
        self._own = {} if own is None else {own.__name__: own}
        self._model: Any = None

    def load(self, path: Path) -> None:
        """Take the model of a file, without code that is stored in it.

        Raises:
            RecordingError: Keras cannot load it.
        """
        try:
            self._model = keras.saving.load_model(path, custom_objects=self._own, safe_mode=True)
        except Exception as error:  # Keras raises many kinds, all meaning the same to the user
            first = str(error).strip().partition("\n")[0]
            raise RecordingError(
                f"Keras cannot load {path} ({first[:200]}); pass a class of your own that it is made of: --model FILE.py:NAME"
            ) from None

    def described(self, session: Session) -> Description:
        """Describe the model."""
        return described(self._model, session, (None, None))

    def captured(self, session: Session) -> Captured:
        """Return its state."""
        return captured(self._model, session)

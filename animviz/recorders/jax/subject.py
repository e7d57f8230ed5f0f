"""The function and the parameters that are recorded: what they are, and their state at any moment."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recorders.deciding import Facts
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.jax.losses import name_of
from animviz.recorders.jax.trees import named, outputs_by_name
from animviz.recorders.layers import arch_of, fitted, require_replayed
from animviz.recorders.naming import require_probabilities
from animviz.recorders.session import Session
from animviz.recording.losses import Loss
from animviz.recording.replay.layers import Layer

__all__ = ["Subject"]

PART_BYTES = 2**23  # of inputs that are applied at once
Function = Callable[[Any, Any], Any]


class Subject:
    """A function of parameters and inputs under training.

    Args:
        session: which records it.
        apply: (params, inputs) -> what it puts out.
        activations: (params, inputs) -> what its layers put out; or None.
        layers: the chain that it is, or none.
        given_loss: as the user gave it.
        loss: by its name in Keras, or None.
        output: name of the output that is drawn, where the user names it.

    Raises:
        InputError: activations of a chain, or without inputs.
    """

    def __init__(
        self, session: Session, apply: Function, activations: Function | None, layers: tuple[Layer, ...], given_loss: Any,
        loss: Loss | None, output: str | None,
    ) -> None:  # fmt: skip
        if activations is not None and (layers or not session.samples.inputs):
            way_out = "leave activations= out: layers= are replayed" if layers else "activations= need inputs="
            raise InputError(f"{session.path}: {way_out}")
        self._session, self._layers = session, layers
        self._apply = jax.jit(apply)
        self._activations = None if activations is None else jax.jit(activations)
        self._given_loss, self._loss, self._output = given_loss, loss, output

    def described(self, params: Any) -> Description:
        """Describe what is trained.

        Args:
            params: the untrained ones.

        Raises:
            InputError: it is in doubt what it puts out; names the choices.
            RecordingError: the function fails on the recorded inputs, or the layers are not what it does.
        """
        weights, samples = named(params, "params"), self._session.samples
        outputs = self._outputs(params)
        single = samples.inputs.get("inputs")
        layers = fitted(self._layers, weights, None if single is None else single.shape[1:])
        if layers and single is not None:
            require_replayed(layers, weights, single, outputs.get("output", np.zeros(0)))
        shapes = (
            {"output": layers[-1].output_shape}
            if layers
            else {name: array.shape[1:] for name, array in outputs.items()}
        )
        main = self._output or (next(iter(shapes)) if len(shapes) == 1 else None)
        facts = [
            Facts(
                name=name, shape=shape, activation=layers[-1].activation if layers else None,
                loss=self._loss if name == main else None, loss_name=name_of(self._given_loss) if name == main else "",
            )
            for name, shape in shapes.items()
        ]  # fmt: skip
        stored = self._stored(params).items()
        meaning = self._session.understood(*facts)
        require_probabilities(meaning.outputs, outputs)
        return Description(
            name=self._session.path.stem,
            layers=layers
            or tuple(Layer(name=name, kind="Layer", output_shape=array.shape[1:]) for name, array in stored),
            meaning=meaning,
            arch=arch_of(layers, weights),
            versions=versions_of("animviz", "jax", "numpy"),
        )

    def captured(self, params: Any) -> Captured:
        """Return a state as arrays.

        Args:
            params: of the moment.

        Raises:
            RecordingError: their memory was donated to a later step.
        """
        outputs = {} if self._layers else self._outputs(params)
        return Captured(weights=named(params, "params"), activations=self._stored(params), outputs=outputs)

    def _outputs(self, params: Any) -> dict[str, Array]:
        return self._applied("apply", lambda part: outputs_by_name(self._apply(params, part)))

    def _stored(self, params: Any) -> dict[str, Array]:
        function = self._activations
        return {} if function is None else self._applied("activations", lambda part: function(params, part))

    def _applied(self, what: str, function: Callable[[Any], Any]) -> dict[str, Array]:
        """Return what a function gives for all samples, by name."""
        samples = self._session.samples
        if not samples.inputs:
            return {}
        parts: dict[str, list[Array]] = {}
        for part in _in_parts(samples.fed):
            try:
                made = function(part)
            except Exception as error:  # a user's function raises whatever it likes
                first = str(error).strip().partition("\n")[0]
                raise RecordingError(f"{what}(params, inputs) fails on the recorded inputs: {first}") from error
            for name, array in named(made, what).items():
                if array.ndim == 0 or len(array) != len(jax.tree_util.tree_leaves(part)[0]):
                    raise RecordingError(f"{what} returned {name} of shape {array.shape}; expected (samples, ...)")
                parts.setdefault(name, []).append(array if array.ndim > 1 else array[:, None])
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def _in_parts(fed: Any) -> list[Any]:
    """Return inputs in parts that fit into memory; all but the last one are of one size, so that they are compiled once."""
    leaves = jax.tree_util.tree_leaves(fed)
    count, size = len(leaves[0]), sum(leaf.nbytes for leaf in leaves)
    rows = max(1, PART_BYTES * count // max(1, size))
    return [jax.tree_util.tree_map(lambda leaf, s=start: leaf[s : s + rows], fed) for start in range(0, count, rows)]

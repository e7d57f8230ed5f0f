"""Record parameters while a loop in JAX trains them."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from animviz.recorders.deciding import Told
from animviz.recorders.jax.losses import loss_of
from animviz.recorders.jax.subject import Subject
from animviz.recorders.jax.trees import plain
from animviz.recorders.looping import Closing, Loop
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session
from animviz.recorders.watcher import Watcher
from animviz.recording.replay.layers import Layer

__all__ = ["Recorder"]


class Recorder(Closing):
    """Record the parameters of a function while a loop of one's own trains them.

    ::

        with Recorder("run.rec", model.apply, params, inputs=x, labels=y, loss="softmax_cross_entropy") as run:
            for epoch in range(epochs):
                for batch in batches:
                    params, state, loss = step(params, state, batch)
                    run.step(params, loss=loss)
                run.epoch(params, accuracy=accuracy)

    The untrained state is written at once. Parameters are copied whenever a capture is due, so that their memory can be
    donated to the next step; a function of its own, compiled once, applies them to the recorded inputs. Training learns the
    same bit by bit as without it. Without ``with``, end with ``run.close()``; an error leaves the recording readable, and
    unfinished.

    Parameters may be any tree of arrays:

    - those of flax linen (``model.apply`` and ``model.init(...)``) and haiku as they are;
    - of flax nnx the state: ``graph, params = nnx.split(model)`` with ``lambda params, x: nnx.merge(graph, params)(x)``;
    - of equinox the arrays: ``params, rest = eqx.partition(model, eqx.is_array)`` with
      ``lambda params, x: jax.vmap(eqx.combine(params, rest))(x)``.

    Args:
        path: folder to write.
        apply: (params, inputs) -> what the network puts out when it is used: an array (samples, ...), or several in a tree.
        params: the untrained ones.
        inputs: what pictures will be drawn from, in the form in which `apply` takes it; without it weights alone are recorded.
        labels: what viewers see as colours, and what the loss is compared with where it can be.
        loss: what is minimised: a function of Optax or its name, the name of a loss in Keras, or any function.
        layers: the network as a chain, first to last, see `animviz.recorders.layers`: it is proved to be that, then replayed from
            its weights and drawn by every scene. Without it what `apply` returns is stored.
        activations: (params, inputs) -> what layers put out, in a tree, to be stored.
        task: what the network answers, where loss and shapes leave that in doubt, see `animviz.Recorder`.
        targets: what the loss is compared with, where that is not the labels: an array, or a dict by output.
        output: of several outputs, the one that is drawn and that the loss and the labels belong to.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4"), or "log".
        epochs: how many are planned, for the note on what the recording will cost.
        steps: gradient steps of an epoch; needed for moments within one. An epoch that nobody ends ends after so many.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run; by default the file's name.
        overwrite: replace a recording that is there already; without it that is refused.
        resume: go on with a recording that is there, from the epoch whose weights the model has; where none is there, begin one.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Raises:
        InputError: a value that cannot be used, or it is in doubt what the network puts out; names the choices.
        RecordingError: the path holds something already, `apply` fails, or the layers are not what it does.
    """

    def __init__(
        self,
        path: str | Path,
        apply: Callable[[Any, Any], Any],
        params: Any,
        inputs: Any = None,
        labels: Any = None,
        *,
        loss: Any = None,
        layers: Sequence[Layer] = (),
        activations: Callable[[Any, Any], Any] | None = None,
        task: str | Mapping[str, str] | None = None,
        targets: Any = None,
        output: str | None = None,
        every: int | float | str | Fraction = 1,
        epochs: int | None = None,
        steps: int | None = None,
        class_names: Sequence[str] = (),
        title: str | None = None,
        overwrite: bool = False,
        resume: bool = False,
        settings: dict[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        told, rhythm = Told.of(task, output), Rhythm.parse(every)
        session = Session(
            Path(path), Samples.of(plain(inputs), plain(labels), class_names, plain(extras), plain(targets)), told=told,
            every=every, layers=(), title=title, overwrite=overwrite, resume=resume, settings=settings, watchers=watchers,
        )  # fmt: skip
        self.path = Path(path)
        self._subject = Subject(
            session, apply, activations, tuple(layers), loss, loss_of(loss, logits=told.logits), output
        )
        self._loop = Loop(session, rhythm, steps)
        self._params = params
        session.begin(lambda: self._subject.described(params), self._take, epochs=epochs, steps=steps)

    def step(self, params: Any, **logs: Any) -> None:
        """Note that a gradient step is done.

        Args:
            params: those that the step returned.
            **logs: numbers or arrays of one number, such as the loss; their means over the epoch so far are recorded.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        self._params = params
        self._loop.step(logs, self._take)

    def epoch(self, params: Any, **logs: Any) -> None:
        """Note that an epoch is done.

        Args:
            params: those that its last step returned.
            **logs: numbers or arrays of one number, such as the accuracy; they stand beside the means of the steps.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        self._params = params
        self._loop.epoch(logs, self._take)

    def close(self) -> None:
        """Finish the recording; an epoch that was broken off counts as a whole one.

        Raises:
            RecordingError: the last snapshot cannot be written.
        """
        self._loop.close(self._take)
        self._params = None

    def _take(self) -> Any:
        return self._subject.captured(self._params)

"""The session: all that is decided about recording a training, without a word of the framework that trains."""

import logging
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.files import place_of
from animviz.recorders.behind import Behind, settle_all
from animviz.recorders.cost import announce
from animviz.recorders.deciding import Facts, Told
from animviz.recorders.description import Captured, Description
from animviz.recorders.model import Take, manifest_of, require_same
from animviz.recorders.position import Position
from animviz.recorders.resuming import require_same_samples, snapshots_until
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.samples import Samples
from animviz.recorders.scoring import scores_of
from animviz.recorders.storing import stored_layers
from animviz.recorders.understanding import Meaning, understood
from animviz.recorders.watcher import Watcher
from animviz.recording.manifest import Entry, Manifest
from animviz.recording.recording import Recording
from animviz.recording.writer import RecordingWriter, require_replaceable

__all__ = ["Session", "Take"]

Logs = Mapping[str, Any] | None
NOTHING_TOLD = Told()
UNTRAINED = Entry(epoch=0.0, step=0)
LARGE = (
    32_000_000  # bytes of a state from which on the training does not wait until it is written; less takes little time
)
log = logging.getLogger("animviz")


class Session:
    """Records a training: the door of a framework says how far it is, and hands over arrays by name.

    The order is `begin`, then `begin_epoch`, `end_steps` and `end_epoch` for every epoch, then `end`. A further `begin`
    goes on with the same model at the next whole epoch: one that was broken off counts as a whole one.

    Attributes:
        path: folder of the recording.
        samples: what pictures are drawn from; may be replaced before the training begins.
        stored: names of the layers whose activations the door hands over, once the training has begun.
        gradients: whether it hands over gradients.

    Args:
        path: folder to write.
        samples: what pictures are drawn from.
        told: what the user says of the model's outputs.
        every: rhythm of capture, see `Rhythm.parse`.
        layers: names of the layers whose activations are stored; by default those that cannot be replayed.
        title: what pictures call the run; by default the model's name.
        overwrite: replace a recording that is there already; without it that is refused.
        resume: go on with a recording that is there, behind the last snapshot at an epoch's end whose weights the model has;
            later ones are dropped, of a finished recording only with `overwrite`.
        settings: noted in the manifest.
        gradients: also record gradients.
        watchers: are told when the recording grows.

    Raises:
        InputError: the rhythm; or gradients without inputs and labels.
        RecordingError: the path holds something already.
    """

    def __init__(
        self,
        path: Path,
        samples: Samples,
        *,
        told: Told = NOTHING_TOLD,
        every: int | float | str | Fraction = 1,
        layers: Sequence[str] | None = None,
        title: str | None = None,
        overwrite: bool = False,
        resume: bool = False,
        settings: dict[str, Any] | None = None,
        gradients: bool = False,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        settle_all()
        path = place_of(path)
        require_replaceable(path)
        self._overwrite, self._resume = overwrite, resume
        self.path = path
        self._require_free()
        if gradients and (not samples.inputs or (samples.labels is None and not samples.targets)):
            raise InputError("Recorder(gradients=True) needs inputs and labels: Recorder(path, inputs=x, labels=y)")
        self.samples, self.gradients, self._told = samples, gradients, told
        self.stored: tuple[str, ...] = ()
        self._rhythm = Rhythm.parse(every)
        self._layers = None if layers is None else tuple(layers)
        self._title, self._settings = title, settings
        self._watchers = tuple(watchers)
        self._position = Position()
        self._captured = 0.0  # epoch of the last snapshot
        self._said = False  # that reports are rare
        self._logs: dict[str, float] = {}
        self._writer: RecordingWriter | None = None
        self._model: Description | None = None
        self._due: frozenset[int] | None = None  # steps of the present epoch after which a capture is due
        self._behind = Behind()

    def understood(self, *facts: Facts) -> Meaning:
        """Return what outputs and labels mean, by what a door knows of the outputs and by what the user says.

        Args:
            facts: of each output.

        Raises:
            InputError: it cannot be known, or labels do not fit; names the choices.
        """
        self.samples = self.samples.by_output([one.name for one in facts])
        return understood(facts, self.samples, self._told)

    @property
    def targets(self) -> dict[str, Array]:
        """What the loss compares each output with, by output, as it is recorded; once the training has begun."""
        meaning, inputs = self._described.meaning, self.samples.inputs
        found = {output.name: meaning.target_of(output, inputs) for output in meaning.outputs}
        return {name: array for name, array in found.items() if array is not None}

    @property
    def told(self) -> Told:
        """What the user says of the model's outputs."""
        return self._told

    @property
    def meaning(self) -> Meaning:
        """What outputs, targets and labels mean; once the training has begun."""
        return self._described.meaning

    def begin(
        self,
        describe: Callable[[], Description],
        take: Take,
        *,
        epochs: int | None = None,
        steps: int | None = None,
        first: Entry = UNTRAINED,
    ) -> None:
        """Start the recording with the first state, or go on with it.

        Args:
            describe: says what the model is; what its numbers mean it asks of `understood`.
            take: hands over its state.
            epochs: how many are planned, where that is known.
            steps: gradient steps of an epoch, where they are known.
            first: when the first state was taken, and what was known then.

        Raises:
            InputError: it is in doubt what the model puts out.
            RecordingError: what is to be stored cannot be had, the recording cannot be written, or it is of another
                model, or cannot be resumed.
            AnimvizError: a watcher refuses.
        """
        self.settle()
        model, kept = describe(), None
        if self._writer is not None:
            self._require_same(self._writer.manifest, model, take)
        elif self._resume and self._is_there:
            kept = self._resumed(model, take)
        if self._writer is None and kept is None:
            self._position.start(first.epoch, first.step)
        self._position.begin(steps)
        self._model, self._due = model, None
        if self._writer is None and kept is None:
            self._require_free()  # another recorder may have written here meanwhile
            self.stored = stored_layers(self.path, model, self._layers, has_inputs=bool(self.samples.inputs))
            self._create(take(), epochs, first)
        else:
            self._writer = RecordingWriter.resume(Recording(self.path), kept)
            self._tell_begun()

    @property
    def in_epoch(self) -> bool:
        """Whether an epoch has begun that has not ended."""
        return self._due is not None

    def begin_epoch(self, number: int | None = None) -> None:
        """Note that an epoch begins.

        Args:
            number: the framework's own, which counts from 0, or from wherever it goes on; by default the one after the last.

        Raises:
            RecordingError: the session has not begun.
        """
        at = self._position
        if self._model is None:
            raise self._out_of_order("begin_epoch", "begin")
        self._behind.settle(wait=False)
        at.begin_epoch(number)
        self._due = frozenset(self._rhythm.steps(int(at.epoch), at.steps) if at.steps else ())

    def due_steps(self, epoch: int, steps: int) -> list[int]:
        """Return after which steps of an epoch a capture is due, for loops that can run several steps at once.

        Args:
            epoch: its number, as the framework counts.
            steps: gradient steps in it.
        """
        return self._rhythm.steps(self._position.number_of(epoch), steps)

    def end_steps(self, within: int, logs: Logs, take: Take) -> None:
        """Capture within an epoch, where the rhythm asks for it and the number of steps is known.

        Args:
            within: steps of this epoch that are done.
            logs: numbers that the framework reports.
            take: hands over the state.

        Raises:
            RecordingError: no epoch has begun, or the snapshot cannot be written.
        """
        if self._due is None:
            raise self._out_of_order("end_steps", "begin_epoch")
        self._behind.settle(wait=False)
        at = self._position
        new = at.end_steps(within)
        if self._due and (passed := self._due.intersection(new)):
            assert at.steps  # steps are due only where their number is known
            if passed != {at.within}:
                self._say_that_reports_are_rare()
            if at.within < at.steps:
                self.capture(take(), int(at.epoch) + at.within / at.steps, logs)

    def end_epoch(self, logs: Logs, take: Take) -> None:
        """Capture the end of an epoch, where the rhythm asks for it.

        Args:
            logs: numbers that the framework reports.
            take: hands over the state.

        Raises:
            RecordingError: no epoch has begun, or the snapshot cannot be written.
        """
        if self._due is None:
            raise self._out_of_order("end_epoch", "begin_epoch")
        self._due = None
        self._logs = _floats(logs)
        if self._rhythm.due_after(self._position.end_epoch()):
            self.capture(take(), self._position.epoch, logs)

    def end(self, take: Take) -> None:
        """Capture the last state if the rhythm left it out, and mark the recording as finished.

        Args:
            take: hands over the state.

        Raises:
            RecordingError: the session has not begun, or the recording cannot be written.
        """
        if self._writer is None or self._model is None:
            raise self._out_of_order("end", "begin")
        if self._position.within:  # of an epoch whose end nobody told
            self._position.end_epoch()
        if self._captured < self._position.epoch:
            self.capture(take(), self._position.epoch, self._logs)
        self.settle()
        self._writer.mark(finished=True)
        self._model = self._due = None
        for watcher in self._watchers:
            watcher.ended()

    def capture(self, state: Captured, epoch: float, logs: Logs, step: int | None = None) -> None:
        """Write a snapshot; a large one while the training goes on, and once the one before is written.

        Args:
            state: arrays by name.
            epoch: epochs since the recording began.
            logs: numbers that the framework reports; those that are not scalars are left out.
            step: gradient steps since the recording began; by default those that the session was told of.

        Raises:
            RecordingError: the session has not begun, the state is of another model, or it cannot be written: a large one
                says so when the session is next told of something.
        """
        if self._writer is None or self._model is None:
            raise self._out_of_order("capture", "begin")
        entry = Entry(epoch=epoch, step=self._position.step if step is None else step, logs=_floats(logs))
        arrays, entry = self._scored(self._writer, state, entry)
        write, tell = partial(self._writer.append, arrays, entry), partial(self._tell_captured, epoch)
        if sum(array.nbytes for array in arrays.values()) < LARGE or self._writer.manifest.mismatch(arrays):
            self.settle()
            write()
            tell()
        else:
            self._behind.do(write, then=tell)
        self._captured = epoch

    def settle(self) -> None:
        """Wait until all that was captured is written.

        Raises:
            RecordingError: it cannot be written.
        """
        self._behind.settle()

    @property
    def at_snapshot(self) -> bool:
        """Whether the training stands at the end of an epoch, where the last snapshot was taken."""
        return not self.in_epoch and self._captured == self._position.epoch

    def keep(self, arrays: Mapping[str, Array], numbers: Mapping[str, float]) -> None:
        """Keep what the training needs to go on from the last snapshot, in place of what was kept before, until it ends.

        Args:
            arrays: by name.
            numbers: by name.

        Raises:
            RecordingError: the session has not begun, or it cannot be written.
        """
        if self._writer is None:
            raise self._out_of_order("keep", "begin")
        self.settle()
        self._writer.keep(arrays, numbers)

    def _resumed(self, model: Description, take: Take) -> int | None:
        """Set the session to where the model stands in the recording; return how many snapshots stay, None for anew."""
        recording = Recording(self.path)
        self.stored = stored_layers(self.path, model, self._layers, has_inputs=bool(self.samples.inputs))
        self._require_same(recording.manifest, model, take)
        kept = snapshots_until(recording, take().weights, overwrite=self._overwrite)
        if kept is not None:
            require_same_samples(recording, self._data())
            entry = recording.entries[kept - 1]
            self._position.start(entry.epoch, entry.step)
            self._captured = entry.epoch
            log.info("recording %s: going on from epoch %g", self.path, entry.epoch)
        return kept

    def _data(self) -> dict[str, Array]:
        """Return what is kept of the samples; text is not."""
        data = {**self.samples.inputs, **self._described.meaning.arrays, **self.samples.extras}
        return {name: array for name, array in data.items() if array.dtype.kind != "U"}

    def _require_same(self, manifest: Manifest, model: Description, take: Take) -> None:
        before, self._model = self._model, model  # what is handed over depends on it
        try:
            require_same(self.path, manifest, model, take)
        except BaseException:
            self._model = before
            raise

    def _say_that_reports_are_rare(self) -> None:
        if not self._said:
            log.warning(
                "%s: the training tells of several steps at once, so that captures within an epoch wait for the next report; "
                "Keras does so with compile(steps_per_execution=...)",
                self.path,
            )
        self._said = True

    def _out_of_order(self, called: str, first: str) -> RecordingError:
        return RecordingError(
            f"{self.path}: {called} was called before {first}; see the order in the docstring of Session"
        )

    @property
    def _is_there(self) -> bool:
        return (self.path / "manifest.json").exists()

    def _require_free(self) -> None:
        if not self._overwrite and not self._resume and self._is_there:
            raise RecordingError(f"{self.path} exists; pass overwrite=True to replace it, or choose another name")

    def _create(self, state: Captured, epochs: int | None, entry: Entry) -> None:
        manifest = manifest_of(self._described, self.samples, state, title=self._title, settings=self._settings)
        count = self._rhythm.count(epochs, self._position.steps) if epochs else None
        announce(self.path, sum(array.nbytes for array in state.arrays(manifest).values()), count)
        for output in manifest.outputs:
            log.info("recording %s: output %s is %s", self.path, output.name, output.said)

        def first(writer: RecordingWriter) -> None:
            writer.append(*self._scored(writer, state, entry))
            self._tell_begun()

        if texts := [name for name, array in self.samples.inputs.items() if array.dtype.kind == "U"]:
            log.info("recording %s: %s hold text, which is fed to the model, but not kept", self.path, ", ".join(texts))
        self._writer = RecordingWriter.create(self.path, manifest, self._data(), first)
        self._captured = entry.epoch

    def _scored(self, writer: RecordingWriter, state: Captured, entry: Entry) -> tuple[dict[str, Array], Entry]:
        """Return the arrays of a snapshot, and its entry with what the state scores."""
        arrays = state.arrays(writer.manifest)
        # What does not match, the writer refuses.
        known = not writer.manifest.mismatch(arrays)
        scores = scores_of(self._described, state, self.samples.inputs) if known else {}
        return arrays, entry.model_copy(update={"scores": scores})

    @property
    def _described(self) -> Description:
        assert self._model is not None
        return self._model

    def _tell_begun(self) -> None:
        for watcher in self._watchers:
            watcher.begun(self.path)

    def _tell_captured(self, epoch: float) -> None:
        for watcher in self._watchers:
            watcher.captured(epoch)


def _floats(logs: Logs) -> dict[str, float]:
    return {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}

"""Recordings from the checkpoints of a training that is over."""

import importlib.util
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.files import left_as_it_was
from animviz.recorders.deciding import Told
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.layers import named_by
from animviz.recorders.samples import Samples, portable
from animviz.recorders.session import Session
from animviz.recording.manifest import Entry
from animviz.recording.reader import load
from animviz.recording.recording import Recording
from animviz.recording.writer import replaced, require_replaceable
from animviz.safety.aside import aside
from animviz.safety.npz import opened_npz

__all__ = ["Source", "import_checkpoints"]

TORCH = (".pt", ".pth", ".bin", ".ckpt")
log = logging.getLogger("animviz")


class Source(Protocol):
    """A kind of checkpoints: takes the state of one file after the other."""

    def load(self, path: Path) -> None:
        """Take the state of a file."""
        ...

    def described(self, session: Session) -> Description:
        """Describe the model of the state."""
        ...

    def captured(self, session: Session) -> Captured:
        """Return the state as arrays."""
        ...


class _Arrays:
    """Weights in files of safetensors, without the model that they are of."""

    def load(self, path: Path) -> None:
        self._weights = {name: portable(array) for name, array in load(path)[0].items()}

    def described(self, session: Session) -> Description:
        return Description(
            name="weights",
            layers=named_by(self._weights),
            meaning=session.understood(),
            versions=versions_of("animviz", "numpy"),
        )

    def captured(self, session: Session) -> Captured:
        return Captured(weights=self._weights)


def import_checkpoints(
    files: Sequence[Path],
    path: Path,
    *,
    model: str | None = None,
    inputs: Path | None = None,
    loss: str | None = None,
    task: str | None = None,
    class_names: Sequence[str] = (),
    title: str | None = None,
    overwrite: bool = False,
) -> Recording:
    """Write a recording from checkpoints; it is there as a whole, or not at all.

    Files are taken in the order of their epochs: what stands behind "epoch" in their names, else their last whole number. Where
    these are not all there and different, epochs are counted 0, 1, 2 in the natural order of the names.

    Code that is stored in checkpoints is never run.

    Args:
        files: checkpoints of one kind: ``.keras``, ``.safetensors``, or ``.pt``, ``.pth``, ``.bin`` and ``.ckpt`` of PyTorch.
        path: folder to write.
        model: "FILE.py:NAME", code of the user's own, which is run: a PyTorch module or what makes one; or a class that
            models of Keras are made of. Without it weights alone are recorded of all but Keras' files.
        inputs: a file ``.npz`` with `x`, what pictures will be drawn from, and `y`, its labels, where there are any.
        loss: what the model was trained with: the name of a loss in PyTorch or Keras; files of Keras say it themselves.
        task: what it answers, where its loss and shapes leave that in doubt, see `animviz.Recorder`.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run.
        overwrite: replace a recording that is there already; without it that is refused.

    Returns:
        The recording.

    Raises:
        InputError: there are no files, they are of different kinds, or a value cannot be used.
        RecordingError: a file cannot be read, holds code or another model's weights; or the path holds something already.
    """
    require_replaceable(path)
    if path.exists() and not overwrite:
        raise RecordingError(f"{path} exists; pass --overwrite to replace it, or choose another name")
    told, own = Told.of(task, None), None if model is None else _own(model)
    source = _source(files, own, loss, told)
    samples = _samples(inputs, class_names)
    with left_as_it_was(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside(path.parent) as folder:
            beside = folder / path.name
            session = Session(beside, samples, told=told, title=title or (path.stem if own is None else None))
            with _of_samples(inputs):
                _record(session, source, _ordered(files))
            with replaced(path, beside):
                pass
    return Recording(path)


def _record(session: Session, source: Source, ordered: Sequence[tuple[float, Path]]) -> None:
    first: Captured | None = None
    for epoch, file in ordered:
        source.load(file)
        if first is None:
            session.begin(
                lambda: source.described(session), lambda: source.captured(session), first=Entry(epoch=epoch, step=0)
            )
            first = source.captured(session)
            continue
        state = source.captured(session)
        if shapes := _apart(first.weights, state.weights):
            raise RecordingError(f"{file} holds the weights of another model than {ordered[0][1]}: {shapes}")
        session.capture(state, epoch, None)
    session.end(lambda: source.captured(session))


def _apart(first: Mapping[str, Array], other: Mapping[str, Array]) -> str:
    for name in sorted({*first, *other}):
        one, two = (arrays[name].shape if name in arrays else "missing" for arrays in (first, other))
        if one != two:
            return f"{name} is {two}, there {one}"
    return ""


def _source(files: Sequence[Path], own: Any, loss: str | None, told: Told) -> Source:
    """Return who reads files of this kind."""
    if not files:
        raise InputError("there are no checkpoints of that name; expected files such as 'ckpt/*.keras'")
    kinds = {file.suffix for file in files}
    if len(kinds) > 1 and not kinds <= set(TORCH):
        raise InputError(f"the checkpoints are of different kinds ({', '.join(sorted(kinds))}); expected one")
    kind = min(kinds)
    if kind == ".keras":
        from animviz.recorders.keras.checkpoints import Models

        return Models(own)
    if kind == ".safetensors" and own is None:
        return _Arrays()
    if kind in (".safetensors", *TORCH):
        from animviz.recorders.torch.checkpoints import Modules

        return Modules(own, loss, told)
    raise InputError(f"{files[0]} is of a kind that is not known; expected .keras, .safetensors, {', '.join(TORCH)}")


def _own(text: str) -> Any:
    """Return what a file of the user's own gives a name."""
    place, _, name = text.rpartition(":")
    file = Path(place)
    if not place.endswith(".py") or not name.isidentifier() or not file.is_file():
        raise InputError(
            f"--model is {text!r}; expected FILE.py:NAME, such as my_model.py:Net, of a file that is there"
        )
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the user's code raises
        raise InputError(f"--model {file} cannot be run ({type(error).__name__}: {error})") from error
    if not hasattr(module, name):
        raise InputError(
            f"{file} has no {name!r}; it has {', '.join(word for word in vars(module) if not word.startswith('_'))}"
        )
    return getattr(module, name)


@contextmanager
def _of_samples(inputs: Path | None) -> Iterator[None]:
    """Name the file of the samples where these do not fit the model."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{inputs}: {error}") if inputs else error from None


def _samples(inputs: Path | None, class_names: Sequence[str]) -> Samples:
    if inputs is None:
        return Samples.of(class_names=class_names)
    with opened_npz(inputs, str(inputs)) as archive:
        if "x" not in archive.names:
            there = ", ".join(archive.names[:20]) or "nothing"
            raise InputError(f"{inputs} holds {there}; expected x, and y for labels: numpy.savez(path, x=x, y=y)")
        arrays = archive.read("x", *({"y"} & {*archive.names}))
    try:
        return Samples.of(arrays["x"], arrays.get("y"), class_names)
    except InputError as error:
        raise InputError(f"{inputs}: {str(error).removeprefix('Recorder: ')}") from None


def _ordered(files: Sequence[Path]) -> list[tuple[float, Path]]:
    """Return files with their epochs, in order."""
    natural = sorted(files, key=_words)
    epochs = [_epoch_of(file.stem) for file in natural]
    known = [epoch for epoch in epochs if epoch is not None]
    if len(set(known)) == len(files):
        return sorted(zip(known, natural, strict=True))
    if len(files) > 1:
        log.warning("names such as %s do not tell of epochs: they are counted 0, 1, 2", natural[0].name)
    return [(float(place), file) for place, file in enumerate(natural)]


def _words(file: Path) -> list[tuple[int, str]]:
    """Return a name in parts that sort as people count: 9 before 10."""
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in re.split(r"(\d+)", file.name)]


def _epoch_of(stem: str) -> float | None:
    """Return the epoch of a name such as "net-epoch=05-step=100" or "net.05-0.31"."""
    said = re.search(r"epochs?[=_\-.]?(\d+)", stem, re.IGNORECASE)
    rest = re.sub(r"steps?[=_\-.]?\d+|\d+\.\d+", "", stem, flags=re.IGNORECASE)  # such as a loss
    whole = re.findall(r"\d+", rest) if said is None else [said.group(1)]
    return float(whole[-1]) if whole else None

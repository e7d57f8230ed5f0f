"""TensorBoard: films and stills under Images."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from animviz.errors import InputError
from animviz.integrations.drawing import Drawn, check_step, drawn_film, drawn_still, needed
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording

__all__ = ["log_film", "log_still"]

RUN = "animviz"  # a run of its own, since TensorBoard reads one file of a run at a time


def log_film(
    logdir: str | Path, scene: str | Path | Scene, recording: str | Path | Recording, *, name: str | None = None,
    step: int | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a film as a GIF, which TensorBoard plays under Images, as the run "animviz".

    Args:
        logdir: folder of the logs.
        scene: see `animviz.render`.
        recording: what to draw, or its path.
        name: under which it is shown; by default the scene's.
        step: by default the last epoch.
        **options: of `animviz.render`; the size is that of a README unless they say otherwise.

    Raises:
        AnimvizError: TensorBoard is not installed, the step is no whole number, or the film cannot be drawn.
    """
    check_step(step)
    needed("tensorboard", "tensorboard")
    with drawn_film(scene, recording, ".gif", **{"place": "readme", **options}) as film:
        _write(Path(logdir), film, name, step)


def log_still(
    logdir: str | Path, scene: str | Path | Scene, recording: str | Path | Recording, epoch: float | str = "last", *,
    name: str | None = None, step: int | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a moment; see `log_film` and `animviz.still`.

    Raises:
        AnimvizError: TensorBoard is not installed, the step is no whole number, or the moment cannot be drawn.
    """
    check_step(step)
    needed("tensorboard", "tensorboard")
    with drawn_still(scene, recording, epoch, **options) as picture:
        _write(Path(logdir), picture, name, step)


def _write(logdir: Path, drawn: Drawn, name: str | None, step: int | None) -> None:
    """Write a file of events, as TensorBoard's own writer does, which would import TensorFlow for it."""
    events = needed("tensorboard.compat.proto.event_pb2", "tensorboard")
    record = needed("tensorboard.summary.writer.record_writer", "tensorboard").RecordWriter
    now, folder = time.time(), logdir / RUN
    number = drawn.epoch if step is None else step
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"events.out.tfevents.{now:.0f}.{uuid4().hex}").open("wb") as file:
            writer = record(file)
            writer.write(events.Event(wall_time=now, file_version="brain.Event:2").SerializeToString())
            writer.write(events.Event(wall_time=now, step=number, summary=_summary(drawn, name)).SerializeToString())
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); choose another folder of logs") from None


def _summary(drawn: Drawn, name: str | None) -> Any:
    """Return an image as the plugin of images has it: width, height and the bytes of the file."""
    proto = "tensorboard.compat.proto"
    summary = needed(f"{proto}.summary_pb2", "tensorboard").Summary
    types = needed(f"{proto}.types_pb2", "tensorboard")
    shapes = needed(f"{proto}.tensor_shape_pb2", "tensorboard").TensorShapeProto
    tensors = needed(f"{proto}.tensor_pb2", "tensorboard").TensorProto
    about = needed("tensorboard.plugins.image.metadata", "tensorboard").create_summary_metadata(
        display_name=None, description=drawn.alt, converted_to_tensor=True
    )
    width, height = drawn.size
    parts = [str(width).encode(), str(height).encode(), drawn.path.read_bytes()]
    shape = shapes(dim=[shapes.Dim(size=len(parts))])
    tensor = tensors(dtype=types.DT_STRING, string_val=parts, tensor_shape=shape)
    return summary(value=[summary.Value(tag=name or drawn.name, metadata=about, tensor=tensor)])

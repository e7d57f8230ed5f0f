"""What `animviz render` does: check, train where need be, draw, and say what was written."""

import shlex
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from animviz.cli.flags import refuse_beside, refuse_beside_from
from animviz.cli.progress import Progress
from animviz.cli.remembered import remembered
from animviz.cli.reports import report
from animviz.cli.saying import say
from animviz.cli.stopping import Terminal, interruptible_film
from animviz.errors import InputError
from animviz.experiments.catalogue import EXPERIMENTS, takes_data
from animviz.experiments.experiment import Experiment, Run
from animviz.experiments.homes import RENDERS, home_of
from animviz.experiments.runs import recorded
from animviz.options import options_of
from animviz.pictures.discovery import find_scene
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.cluster import cluster as workers_at
from animviz.rendering.film import film
from animviz.rendering.request import Request
from animviz.rendering.shares import draw_share, parse_share
from animviz.rendering.still import write_still
from animviz.rendering.timeline import Pacing, Timeline
from animviz.safety.sizes import size_text
from animviz.video.budget import AUTO
from animviz.video.places import first_kind

__all__ = ["draw_scene"]

_OF_FILMS = (
    "share", "cluster", "workers", "place", "poster", "max_size", "codec", "loop", "subtitles",
    *(option.name for option in options_of(Pacing)),
)  # fmt: skip


def draw_scene(
    reference: str, experiment: Experiment | None, *, source: Path | None, retrain: bool, output: Path | None,
    cluster: str | None, share: str | None, data: Path | str | None = None, **values: Any,
) -> None:  # fmt: skip
    """Draw a recording, which is trained first where none is named and none is kept.

    Args:
        reference: the scene, by name or path.
        experiment: what is trained, or None.
        source: the recording to draw, instead of training.
        retrain: train anew in any case.
        output: the video; by default it is named after scene and recording.
        cluster: address of a Dask scheduler.
        share: which share of the video is drawn, such as "2/8".
        data: what the experiment learns from.
        values: options of the training, and what is asked of the video.

    Raises:
        AnimvizError: something does not go together, or cannot be trained, drawn or written.
    """
    scene = find_scene(reference)
    if takes_data(experiment):
        values["data"] = data
    elif data is not None:
        takers = ", ".join(name for name, experiment in EXPERIMENTS.items() if takes_data(experiment))
        here = experiment.name if experiment is not None else "none"
        raise InputError(f"--data goes with the experiments {takers}; here it is {here!r}")
    options = (*experiment.data_options, *experiment.training_options) if experiment else ()
    training = {option.name: values.pop(option.name) for option in options}
    if values["still"] is not None:
        refuse_beside("--still, which draws one moment", _OF_FILMS)
    _check_way(values, source, cluster, share)  # what is left is asked of the video
    if source is not None:
        refuse_beside_from([*training, "experiment", "retrain", "data"])
        recording = Recording(source)
        request = _asked(scene, output, recording.manifest.arch or source.stem, values)
    else:
        decided = _decided(scene, experiment, training)
        request = _asked(scene, output, decided.name, values)
        Timeline([0.0, decided.training.epochs], request.pacing)
        # Scenes of the same experiment share its recording, unless the video has a place of its own.
        home = home_of(decided, beside=output)
        recording = recorded(decided, home, retrain=retrain, telling=Terminal(), watchers=[request.needs])
    _draw(request, recording, cluster, share)
    if source is None:
        again = shlex.join(["animviz", "render", reference, "--from", str(recording.path)])
        say(f"recording: {recording.path} (draw it again: {again})")


def _asked(scene: Scene, output: Path | None, name: str, values: Mapping[str, Any]) -> Request:
    video = {name: value for name, value in values.items() if name != "output_name"}
    suffix = first_kind(values["place"]) if values["still"] is None else ".png"
    named = RENDERS / f"{'-'.join(filter(None, [scene.name, name]))}{suffix}"
    request = Request.of(scene, output or named, output=values["output_name"], **video)
    for line in request.notes:
        say(line)
    return request


def _decided(scene: Scene, experiment: Experiment | None, values: Mapping[str, Any]) -> Run:
    if experiment is None:
        raise InputError(
            f"scene {scene.name!r} names no experiment to train; give --from RECORDING or --experiment NAME"
        )
    return experiment.run(values)


def _check_way(asked: Mapping[str, Any], source: Path | None, address: str | None, share: str | None) -> None:
    """Refuse ways of drawing that do not go together."""
    if address is not None and not address.strip():
        raise InputError("--cluster is empty; expected a scheduler's address, such as tcp://host:8786")
    if share is None:
        return
    if source is None:
        raise InputError("--share needs --from RECORDING: all shares must be drawn from one recording")
    given = {
        "for": asked["place"],
        "poster": asked["poster"],
        "max-size": asked["max_size"],
        "workers": asked["workers"],
        "cluster": address,
        "alt": asked["alt"] or None,
        "subtitles": asked["subtitles"] or None,
    }
    for flag, value in given.items():
        if value not in (None, AUTO):
            raise InputError(f"--{flag} cannot go with --share, which draws a share in this process; leave it out")


def _draw(request: Request, recording: Recording, address: str | None, share: str | None) -> None:
    """Draw a video, or a share of it, and say what was written."""
    if request.still is not None:
        picture = request.picture(recording)
        look = (request.size, request.theme, request.background)
        write_still(picture, request.still, request.target, *look, alt=request.alt)
        say(f"{request.target}: {request.size[0]}x{request.size[1]}, {size_text(request.target.stat().st_size)}")
        return
    command = remembered(sys.argv[1:])
    plan = request.plan(recording)
    for line in request.told(plan):
        say(line)
    kept = f"its recording {recording.path} is kept"
    with interruptible_film(plan.target, kept), Progress() as progress, ExitStack() as stack:
        on_frame = progress.stage("drawing", len(plan.timeline))
        if share is not None:
            say(draw_share(plan, parse_share(share), command, on_frame))
            return
        executor = stack.enter_context(workers_at(address, recording.path)) if address is not None else None
        movie = film(plan, request, command=command, executor=executor, on_frame=on_frame)
    report(movie)

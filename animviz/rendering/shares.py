"""Shares: a video drawn by separate commands, such as the tasks of a job array, and joined at the end.

`animviz render ... --share 2/8` draws the second of eight shares of the video's segments into a folder of its own;
`animviz join` puts the shares together. No engine, no network: the shares are files.
"""

import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from animviz.errors import EncodeError, InputError
from animviz.files import contents_of
from animviz.pictures.sources import digest
from animviz.rendering.film import assembled
from animviz.rendering.movie import Movie
from animviz.rendering.plan import Plan
from animviz.rendering.segments import segments, write_part
from animviz.video.budget import AUTO, limit_of
from animviz.video.formats import Coding
from animviz.video.targets import check_output, working_folder

__all__ = ["draw_share", "join", "parse_share"]


class _Share(BaseModel):
    """What a share says of itself, in share.json; read by the animviz that wrote it, and by no later one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    video: str  # hex digits over all that decides the frames: shares of one video agree in it
    numbers: tuple[int, ...]
    part_bytes: tuple[int, ...]  # of each part, by which one that was cut short is known
    count: int
    frames: int
    fps: float
    size: tuple[int, int]
    suffix: str
    coding: Coding
    provenance: dict[str, Any]


def parse_share(text: str) -> tuple[int, int]:
    """Read a share such as "2/8": the second of eight.

    Raises:
        InputError: it is of another form, or there is no such share.
    """
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"--share is {text!r}; expected i/n with i from 1 to n, such as 2/8")
    return int(match[1]), int(match[2])


def draw_share(plan: Plan, share: tuple[int, int], command: str, on_frame: Callable[[int], None] | None = None) -> Path:
    """Draw one share of a video into a folder beside the target; return the folder.

    Args:
        plan: the video.
        share: which of how many, counted from 1.
        command: what the provenance says made the video; the same for all shares.
        on_frame: called with the number of frames done.

    Raises:
        AnimvizError: something cannot be drawn or written; nothing is left then.
    """
    place, of = share
    target = plan.target.with_name(f"{plan.target.name}.{place:0{len(str(of))}}-of-{of}.part")
    check_output(plan.target, plan.pacing.rate, plan.coding)
    if target.exists():
        _read(target)  # only a share is replaced
    timeline = plan.timeline
    parts = segments(len(timeline), plan.pacing.rate)
    numbers = range(len(parts))[place - 1 :: of]
    facts = plan.provenance(command)
    done = 0

    def count(_: int) -> None:
        nonlocal done
        done += 1
        if on_frame is not None:
            on_frame(done)

    with working_folder(target) as folder:
        kept = folder / "share"
        kept.mkdir()
        painter = plan.set_up() if numbers else None
        for number in numbers:
            assert painter is not None
            write_part(painter, timeline, parts[number], kept, number, plan.target, plan.size, count, plan.coding)
        said = _Share(
            video=digest([plan.identity(), facts]), numbers=tuple(numbers), count=len(parts), frames=len(timeline),
            part_bytes=tuple(_bytes_in(kept / f"part-{number:05d}") for number in numbers),
            fps=plan.pacing.rate, size=plan.size, suffix=plan.target.suffix.lower(), coding=plan.coding, provenance=facts,
        )  # fmt: skip
        (kept / "share.json").write_text(said.model_dump_json(), encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        os.replace(kept, target)
    return target


def join(paths: Sequence[Path], target: Path, max_size: int | str | None = AUTO) -> Movie:
    """Put the shares of a video together.

    Args:
        paths: the folders that `draw_share` made, in any order.
        target: the video, of the format for which the shares were drawn.
        max_size: most that the file may take; see `animviz.render`.

    Raises:
        InputError: shares are missing, or belong to different videos.
        EncodeError: a share cannot be read, or the target cannot be written.
    """
    limit = limit_of(max_size, target)
    shares = {path: _read(path) for path in paths}
    first = next(iter(shares.values()))
    for path, share in shares.items():
        if share.video != first.video:
            raise InputError(f"{path} belongs to another video than {paths[0]}; join shares of one command only")
    if target.suffix.lower() != first.suffix:
        raise InputError(
            f"{target}: the shares were drawn for {first.suffix or 'a folder of PNGs'}; expected that here"
        )
    for path, share in shares.items():
        for number, count in zip(share.numbers, share.part_bytes, strict=False):
            part = path / f"part-{number:05d}"
            if _bytes_in(part) != count:
                raise EncodeError(f"{part} cannot be read (missing or cut short); draw this share again")
    homes = {number: path for path, share in shares.items() for number in share.numbers}
    missing = sorted(set(range(first.count)) - set(homes))
    if missing:
        raise InputError(f"segments {', '.join(map(str, missing))} of {first.count} are missing; give all shares")
    check_output(target, first.fps, first.coding)
    with working_folder(target) as folder:
        for number, home in homes.items():
            _bring(home / f"part-{number:05d}", folder)
        whole = Movie(target, first.frames, first.fps, first.size)
        return assembled(folder, first.count, whole, first.provenance, limit, first.coding)


def _read(path: Path) -> _Share:
    try:
        return _Share.model_validate_json(contents_of(path / "share.json"))
    except (OSError, ValidationError):
        raise EncodeError(f"{path} is not a share of a video; expected a folder made with --share") from None


def _bytes_in(part: Path) -> int:
    """Return the bytes of a part, or -1 where there is none."""
    if part.is_dir():
        return sum(file.stat().st_size for file in part.iterdir())
    return part.stat().st_size if part.exists() else -1


def _bring(part: Path, folder: Path) -> None:
    try:
        if part.is_dir():
            shutil.copytree(part, folder / part.name)
        else:
            shutil.copy(part, folder / part.name)
    except OSError as error:
        raise EncodeError(f"{part} cannot be read ({error.strerror}); draw this share again") from None

"""Parts to a file, such as an MP4 or a GIF, or to a folder of PNGs.

A video is made of parts that are encoded separately, and assembled at the end. A short one has a single part. All work
is done in a hidden folder beside the target. The target appears under its name when it is whole.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animviz.files import unwritable
from animviz.video.budget import TONES, Budget, Setting, best_setting, settings_for
from animviz.video.ffmpeg import QUIET, run_ffmpeg, url
from animviz.video.fitting import best_rate, encode_at
from animviz.video.formats import BITEXACT, PLAYED, USUAL, Coding, Format, format_of
from animviz.video.parts import part_name
from animviz.video.saying import said_in, with_words
from animviz.video.targets import check_place

__all__ = ["assemble"]


def assemble(
    folder: Path,
    count: int,
    target: Path,
    provenance: Mapping[str, Any],
    budget: Budget | None = None,
    coding: Coding = USUAL,
) -> Setting | None:
    """Join the parts of a video, and put it under its name.

    Args:
        folder: with the parts from `part_writer`, numbers 0 to count - 1.
        count: how many parts there are.
        target: the video.
        provenance: facts to write into the file, where its format can hold them.
        budget: limit for the file, of a kind that `animviz.video.budget.limit_of` takes.
        coding: what is asked beyond the target's extension.

    Returns:
        The setting with which a file with a budget was encoded; None without one, or where a video fits as it was drawn.

    Raises:
        EncodeError: ffmpeg fails, the target cannot be written, or the budget is too small.
    """
    kind = format_of(target, coding)
    whole, setting = folder / "whole", None
    if not kind.encoder:
        _gather(folder, count, whole)
    else:
        listing = folder / "parts.txt"
        listing.write_text("".join(f"file {part_name(number)}\n" for number in range(count)), encoding="utf-8")
        source = ["-f", "concat", "-safe", "0", "-i", url(listing)]
        if budget is not None and target.suffix.lower() in TONES:
            words = len(said_in(target.suffix.lower(), provenance.get("alt", "")))
            setting = _encode_within(budget, words, source, folder, whole, target, coding)
        else:
            comment = _told(provenance) if kind.keeps_provenance else []
            arguments = [*kind.whole, *_plays(coding, target), *comment]
            arguments = arguments if kind.whole else _shrunk(None, source, folder, target, coding)
            run_ffmpeg([*QUIET, *source, *arguments, *BITEXACT, url(whole)], culprit=target)
            if budget is not None and whole.stat().st_size > budget.limit:
                setting = _encode_again(budget, kind, source, comment, whole, target)
    if kind.encoder:
        with_words(whole, target.suffix.lower(), provenance.get("alt", ""))
    check_place(target, kind)  # again: it may have changed while frames were drawn
    with unwritable(target):
        if whole.is_dir() and target.exists():
            shutil.rmtree(target)
        os.replace(whole, target)
    return setting


def _told(provenance: Mapping[str, Any]) -> list[str]:
    """Return the output options that write facts into a video, and its alt text where players look for it."""
    if not provenance:
        return []
    alt = ["-metadata", f"description={provenance['alt']}"] if "alt" in provenance else []
    return ["-metadata", f"comment={json.dumps(dict(provenance), sort_keys=True)}", *alt]


def _encode_within(
    budget: Budget, words: int, source: list[str], folder: Path, whole: Path, target: Path, coding: Coding
) -> Setting:
    """Encode with the best setting that fits the budget together with so many bytes of words."""
    settings = settings_for(budget, target.suffix.lower())

    def place(setting: Setting) -> Path:
        return folder / f"trial-{settings.index(setting)}"

    def encode(setting: Setting) -> int:
        arguments = _shrunk(setting, source, folder, target, coding)
        run_ffmpeg([*QUIET, *source, *arguments, *BITEXACT, url(place(setting))], culprit=target)
        return place(setting).stat().st_size + words

    found = best_setting(budget, settings, encode, target)
    os.replace(place(found), whole)
    return found


def _encode_again(
    budget: Budget, kind: Format, source: list[str], about: list[str], whole: Path, target: Path
) -> Setting:
    """Encode a video anew, so that it fits the budget."""
    # ffmpeg's own decoder of VP9 leaves the alpha channel out.
    decoder = ["-c:v", kind.encoder] if kind.transparent else []

    def encode(setting: Setting) -> int:
        encode_at(setting, kind, [*decoder, *source], about, whole, target)
        return whole.stat().st_size

    return best_rate(budget, whole.stat().st_size, encode, target)


def _shrunk(setting: Setting | None, source: list[str], folder: Path, target: Path, coding: Coding) -> list[str]:
    """Return the output options of a .gif or .webp; make a GIF's palette first."""
    shrink = "null"
    if setting is not None:
        shrink = f"fps={setting.fps:g},scale={setting.size[0]}:{setting.size[1]}:flags=lanczos"
    suffix = target.suffix.lower()
    tones = setting.tones if setting else TONES[suffix][0]
    if suffix == ".webp":
        quality = ["-c:v", "libwebp_anim", "-lossless", "0", "-q:v", f"{tones}"]
        pixels = "yuva420p" if coding.transparent else "yuv420p"
        return ["-vf", f"{shrink},format={pixels}", *quality, *_plays(coding, target), "-f", "webp"]
    palette = folder / "palette.png"
    generate = ["-vf", f"{shrink},palettegen=max_colors={tones}:stats_mode=full", "-update", "1", "-frames:v", "1"]
    run_ffmpeg([*QUIET, *source, *generate, url(palette)], culprit=target)
    # Without dithering, areas of one colour stay so.
    use = f"[0:v]{shrink}[v];[v][1:v]paletteuse=dither=none:diff_mode=rectangle"
    return ["-i", url(palette), "-lavfi", use, *_plays(coding, target), "-f", "gif"]


def _plays(coding: Coding, target: Path) -> list[str]:
    """Return the output options that say how often a moving picture plays; a video cannot say it."""
    suffix = target.suffix.lower()
    if suffix not in PLAYED:
        return []
    # A GIF counts how often it is repeated, and says nothing where it is not.
    count = coding.plays if suffix != ".gif" or not coding.plays else coding.plays - 1 or -1
    return [PLAYED[suffix], f"{count}"]


def _gather(folder: Path, count: int, whole: Path) -> None:
    """Move the frames of all parts into one folder, and number them."""
    whole.mkdir()
    pictures = [picture for number in range(count) for picture in sorted((folder / part_name(number)).iterdir())]
    for number, picture in enumerate(pictures):
        picture.rename(whole / f"{number:06d}.png")

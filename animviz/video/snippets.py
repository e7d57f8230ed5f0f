"""What to write where a film is shown, so that it plays there, repeats, and says in words what is seen."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from animviz.errors import InputError
from animviz.video.formats import PLAYED
from animviz.video.html import VIDEOS
from animviz.video.places import PUBLISHED, SHOWN_BY
from animviz.video.shown import Shown

__all__ = ["PLACES", "require_place", "snippet"]

PLAYED_BY_BROWSERS = (".mp4", ".m4v", ".webm", ".gif", ".webp", ".avif", ".apng", ".png")
STATIC = Path("_static")  # of Sphinx, as it is set up
STILL = "(prefers-reduced-motion: reduce)"
UNSAFE = re.compile(r"[%#{}\\~^&$\"<>|?*\x00-\x1f]")


def snippet(film: Shown, place: str, *, fps: float = 30.0, once: bool = False) -> str:
    """Return the lines that show a film in a place.

    Args:
        film: what is shown.
        place: one of `PLACES`.
        fps: frames per second of a folder of PNGs, which does not say it.
        once: whether it plays once; by default it repeats.

    Raises:
        InputError: the place cannot show this film so, see `require_place`.
    """
    require_place(place, film.path, fps=fps, once=once)
    return PLACES[place][1](film, fps, once)


def require_place(place: str, path: Path, *, fps: float = 30.0, once: bool = False) -> None:
    """Refuse a place that there is not, or that does not play this kind of film, or not so.

    Args:
        place: one of `PLACES`.
        path: of the film.
        fps: frames per second, see `snippet`.
        once: whether it plays once.

    Raises:
        InputError: names the places, or the kinds of films that are played there; or what cannot be.
    """
    if place in SHOWN_BY:
        raise InputError(
            f"--for is {place!r}, which render draws for; name what shows it: {', '.join(SHOWN_BY[place])}"
        )
    if place not in PLACES:
        raise InputError(f"--for is {place!r}; expected one of {', '.join(PLACES)}")
    suffix, kinds = "" if path.is_dir() else path.suffix.lower(), PLACES[place][0]
    if suffix not in kinds:
        expected = ", ".join(kind or "a folder of PNGs, which is a name without extension" for kind in kinds)
        raise InputError(f"{path}: {place} does not play {suffix or 'a folder'}; expected {expected}")
    if not 0.1 <= fps <= 240:
        raise InputError(f"--fps is {fps:g}; expected 0.1 to 240")
    if once and suffix in PLAYED:
        raise InputError(f"{path} says itself how often it plays; draw it with --loop once, and leave --once out")


def _html(film: Shown, fps: float, once: bool, start: str = "autoplay") -> str:
    """Return a video with controls, or a picture; neither moves for readers who ask their system for less motion."""
    width, height = film.size
    place = f'width="{width}" height="{height}" style="max-width: 100%; height: auto"'
    source, poster, alt = _address(film.path.as_posix()), _address(film.poster.as_posix()), escape(film.alt)
    if not film.is_video:
        return (
            f'<picture>\n  <source media="{STILL}" srcset="{poster}">\n'
            f'  <img src="{source}" {place} alt="{alt}">\n</picture>'
        )
    flags = f"{start} muted playsinline controls" + ("" if once else " loop")
    kind = VIDEOS[film.suffix]
    tag = (
        f'<video {place} {flags} poster="{poster}" aria-label="{alt}">\n'
        f'  <source src="{source}" type="{kind}">\n{_track(film)}  {alt}\n</video>'
    )
    return f"{tag}\n{_STOPS}"


def _track(film: Shown) -> str:
    if film.subtitles is None:
        return ""
    address = _address(film.subtitles.as_posix())
    return f'  <track kind="captions" srclang="en" label="English" src="{address}">\n'


_STOPS = f"""<script>
  if (matchMedia("{STILL}").matches) {{
    const video = document.currentScript.previousElementSibling;
    video.autoplay = false;
    video.removeAttribute("data-autoplay");
    video.pause();
  }}
</script>"""


def _reveal(film: Shown, fps: float, once: bool) -> str:
    return f"<section>\n{_html(film, fps, once, 'data-autoplay')}\n</section>"


def _quarto(film: Shown, fps: float, once: bool) -> str:
    """Return raw HTML, since Quarto's own shortcode can neither start nor repeat; slides start what has data-autoplay."""
    return f"```{{=html}}\n{_html(film, fps, once, 'autoplay data-autoplay')}\n```"


def _myst(film: Shown, fps: float, once: bool) -> str:
    copied = _copied(film)
    return f"% {_told(film)}\n\n```{{raw}} html\n{_html(copied, fps, once)}\n```"


def _sphinx(film: Shown, fps: float, once: bool) -> str:
    """Return raw HTML, and the still for builders of other formats."""
    copied = _copied(film)
    raw = "\n".join(f"   {line}" for line in _html(copied, fps, once).splitlines())
    poster = re.sub(r"([\\ ])", r"\\\1", copied.poster.as_posix())  # else spaces are taken out
    other = f".. only:: not html\n\n   .. image:: {poster}\n      :alt: {film.alt}"
    return f".. {_told(film)}\n\n.. raw:: html\n\n{raw}\n\n{other}"


def _copied(film: Shown) -> Shown:
    """Return a film as Sphinx has it in its folder of files that it copies: it copies nothing that only raw HTML names."""
    path, poster = STATIC / film.path.name, STATIC / film.poster.name
    return replace(film, path=path, poster=poster, subtitles=film.subtitles and STATIC / film.subtitles.name)


def _told(film: Shown) -> str:
    names = [place.name for place in (film.path, film.poster, film.subtitles) if place is not None]
    return f"Put {', '.join(names)} into {STATIC}, which html_static_path names; from a page in a folder it is ../{STATIC}."


def _jupyter(film: Shown, fps: float, once: bool) -> str:
    width, height = film.size
    if not film.is_video:
        name = film.path.as_posix()
        return f"from IPython.display import Image\n\nImage({name!r}, width={width}, alt={film.alt!r}, embed=True)"
    flags = f"muted autoplay playsinline controls{'' if once else ' loop'}"
    attributes = f'{flags} aria-label="{escape(film.alt)}"'
    return (
        "from IPython.display import Video\n\n"
        f"Video({film.path.as_posix()!r}, embed=True, width={width}, height={height},\n"
        f"      html_attributes={attributes!r})"
    )


def _beamer(film: Shown, fps: float, once: bool) -> str:
    """Return the line of the package animate, for viewers of PDF that run its script, such as Acrobat and Okular."""
    folder = film.path.as_posix()
    if UNSAFE.search(folder):
        raise InputError(f"{folder!r} has letters that LaTeX does not take in a name; rename it")
    last = film.poster.stem
    if not re.fullmatch(r"[0-9]+", last) or int(last) < film.frames - 1:
        raise InputError(
            f"{film.poster}: animate takes pictures by their numbers; expected names such as 000000.png, 000001.png"
        )
    first = f"{int(last) - film.frames + 1:0{len(last)}d}"
    flags = "autoplay,controls=play" + ("" if once else ",loop")
    words = film.alt.replace("%", "percent")
    return (
        f"% in the preamble: \\usepackage{{animate}}\n% {words}\n"
        f"\\animategraphics[{flags},width=\\linewidth]{{{fps:g}}}{{{folder}/}}{{{first}}}{{{last}}}"
    )


def _powerpoint(film: Shown, fps: float, once: bool) -> str:
    repeat = "" if once else " and tick Loop until Stopped"
    if film.is_video:
        steps = [
            f"Insert > Video > This Device: {film.path.as_posix()}",
            f"Playback > Start: Automatically{repeat}",
            f"Video Format > Poster Frame > Image from File: {film.poster.as_posix()}",
        ]
    else:
        steps = [f"Insert > Pictures > This Device: {film.path.as_posix()} (it starts by itself)"]
    return _steps([*steps, "right click > View Alt Text, and put in:"], film)


def _keynote(film: Shown, fps: float, once: bool) -> str:
    repeat = "None" if once else "Loop"
    steps = [
        f"Insert > Choose: {film.path.as_posix()}",
        f"Format > Movie: untick Start movie on click; Repeat: {repeat}",
        "Format > Movie > Description, and put in:",
    ]
    return _steps(steps, film)


def _github(film: Shown, fps: float, once: bool) -> str:
    """Return a picture; or the steps for a video, which is played from where GitHub puts it, and nowhere else."""
    if not film.is_video:
        return _html(film, fps, once)
    steps = [
        f"drag {film.path.as_posix()} into a comment, a description, or the README while it is edited on github.com",
        "leave the line that appears there as it is, and write below it:",
    ]
    return _steps(steps, film)


def _upload(film: Shown, fps: float, once: bool) -> str:
    return _steps([f"upload {film.path.as_posix()}", "add a description (alt text), and put in:"], film)


def _steps(steps: list[str], film: Shown) -> str:
    numbered = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    return "\n".join([*numbered, f"   {film.alt}"])


def _address(path: str) -> str:
    return escape(quote(path, safe="/:" if re.match(r"[A-Za-z]:/", path) else "/"))


Write = Callable[[Shown, float, bool], str]
_PICTURES = (".gif", ".webp", ".apng", ".png")
PLACES: dict[str, tuple[tuple[str, ...], Write]] = {
    "html": (PLAYED_BY_BROWSERS, _html),
    "reveal": (PLAYED_BY_BROWSERS, _reveal),
    "quarto": (PLAYED_BY_BROWSERS, _quarto),
    "mkdocs": (PLAYED_BY_BROWSERS, _html),
    "myst": (PLAYED_BY_BROWSERS, _myst),
    "sphinx": (PLAYED_BY_BROWSERS, _sphinx),
    "readme": (_PICTURES, _html),
    "github": ((*_PICTURES, ".mp4", ".mov", ".webm"), _github),
    "jupyter": (PLAYED_BY_BROWSERS, _jupyter),
    "beamer": (("",), _beamer),
    "powerpoint": ((".mp4", ".m4v", ".gif"), _powerpoint),
    "keynote": ((".mp4", ".m4v", ".mov"), _keynote),
    **{name: (tuple(PUBLISHED[name].kinds), _upload) for name in ("x", "linkedin", "shorts", "reels", "mastodon")},
}
"""Where films are shown: which kinds of files are played there, and what is written."""

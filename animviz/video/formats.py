"""Formats of videos: how each is encoded, and at which rate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from animviz.errors import EncodeError, InputError

__all__ = ["AV1", "BITEXACT", "CODECS", "FORMATS", "PLAYED", "Coding", "Format", "default_fps", "format_of", "plays_in"]

# RGB becomes BT.709 YUV, and all three tags say so. ffmpeg's default is BT.601 without a tag. Players of HD video take
# it for BT.709, which is wrong by up to 20 of 255 on saturated colours.
_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+full_chroma_inp,format={},"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
_YUV = _BT709.format("yuv420p")

BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1")
# Without B-frames the encoder is a fifth faster, files are a tenth larger, and parts join without a shift in time. The
# fastest subpixel search saves another fifth of the time, for another tenth of the size. One thread makes the same bytes
# on every machine, and leaves the other cores to drawing and to other parts.
_H264 = (
    "-vf", _YUV, "-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", "19", "-bf", "0",
    "-x264-params", "subme=1", "-f", "mp4",
)  # fmt: skip
_HEVC = (
    "-vf", _YUV, "-c:v", "libx265", "-tag:v", "hvc1", "-preset", "fast", "-crf", "22",
    "-x265-params", "log-level=error:pools=none:frame-threads=1:bframes=0", "-f", "mp4",
)  # fmt: skip
AV1 = "libsvtav1"
"""The encoder of AV1, which not every ffmpeg has."""
_AV1 = ("-vf", _YUV, "-c:v", AV1, "-preset", "9", "-crf", "32", "-svtav1-params", "lp=1")
_VP9 = ("-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-row-mt", "1", "-cpu-used", "4", "-f", "webm")
# Sixteen bits of alpha; a quantiser of 4 keeps thin lines.
_PRORES = ("-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0", "-qscale:v", "4", "-f", "mov")
_LOSSLESS = ("-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "mp4")
_LOSSLESS_ALPHA = ("-c:v", "ffv1", "-pix_fmt", "bgra", "-f", "matroska")
_FAST_START = ("-c", "copy", "-movflags", "+faststart")


@dataclass(frozen=True)
class Format:
    """How frames become one kind of file.

    Attributes:
        encoder: ffmpeg's name for the encoder, or "" for a folder of PNGs.
        part: output options of a part; lossless where the final encoder needs all frames at once.
        whole: output options of the assembled file, where they do not depend on a `Setting`.
        keeps_provenance: whether ffmpeg writes a comment into this container.
        transparent: whether frames have an alpha channel, which is straight, not multiplied into the colours.
        even: whether both sides must be even: yuv420 keeps the colour of two by two pixels.
        blurs: whether colours flow into neighbouring pixels, so that those of pixels that are not seen matter.
    """

    encoder: str
    part: tuple[str, ...] = _LOSSLESS
    whole: tuple[str, ...] = ()
    keeps_provenance: bool = False
    transparent: bool = False
    even: bool = False
    blurs: bool = False


@dataclass(frozen=True)
class Coding:
    """How frames are encoded, where the name of the file does not say it.

    Attributes:
        codec: a name among `CODECS`, or "" for the usual one of that kind of file.
        transparent: whether the file has an alpha channel.
        plays: how often a .gif, .webp, .apng, .png or .avif plays; 0 for ever.
    """

    codec: str = ""
    transparent: bool = False
    plays: int = 0


USUAL = Coding()
"""What nobody asked anything of."""


def _video(encoder: str, part: tuple[str, ...], whole: tuple[str, ...], **more: bool) -> Format:
    return Format(encoder, part, whole, keeps_provenance=True, **more)


_APNG = Format("apng", whole=("-vf", "format=rgb24", "-c:v", "apng", "-f", "apng"))
_AVIF = Format(AV1, whole=(*_AV1, "-f", "avif"))
_MP4 = {
    "h264": _video("libx264", _H264, (*_FAST_START, "-f", "mp4"), even=True),
    "hevc": _video("libx265", _HEVC, (*_FAST_START, "-tag:v", "hvc1", "-f", "mp4"), even=True),
    "av1": _video(AV1, (*_AV1, "-f", "mp4"), (*_FAST_START, "-f", "mp4"), even=True),
}
CODECS: dict[str, dict[str, Format]] = {
    ".mp4": _MP4,
    ".m4v": {name: _MP4[name] for name in ("h264", "hevc")},
    ".mov": {
        "prores": _video("prores_ks", ("-vf", _BT709.format("yuv444p10le"), *_PRORES), (*_FAST_START, "-f", "mov")),
    },
    ".webm": {
        "vp9": _video("libvpx-vp9", ("-vf", _YUV, *_VP9), ("-c", "copy", "-f", "webm"), even=True),
        "av1": _video(AV1, (*_AV1, "-f", "webm"), ("-c", "copy", "-f", "webm"), even=True),
    },
}
"""How each kind of video is encoded by the name of the codec; the first is the usual one."""

FORMATS: dict[str, Format] = {
    **{suffix: next(iter(codecs.values())) for suffix, codecs in CODECS.items()},
    ".webp": Format("libwebp_anim"),
    ".apng": _APNG,
    ".avif": _AVIF,
    ".gif": Format("gif"),
    ".png": _APNG,
    "": Format(""),
}
"""How each kind of file is encoded, unless asked otherwise."""

_CLEAR_APNG = Format(
    "apng", _LOSSLESS_ALPHA, ("-vf", "format=rgba", "-c:v", "apng", "-f", "apng"), transparent=True
)  # fmt: skip
# The alpha of an AVIF is a picture of its own, in grey, which only this encoder writes.
_CLEAR_AVIF = (
    "-filter_complex",
    f"[0:v]split[c][a];[c]{_YUV}[color];"
    "[a]alphaextract,setparams=colorspace=bt709:range=pc[alpha]",
    "-map", "[color]", "-map", "[alpha]",
    "-c:v", "libaom-av1", "-crf", "24", "-cpu-used", "8", "-threads", "1", "-f", "avif",
)  # fmt: skip
CLEAR: dict[str, Format] = {
    ".mov": _video(
        "prores_ks", ("-vf", _BT709.format("yuva444p10le"), *_PRORES, "-alpha_bits", "16"), (*_FAST_START, "-f", "mov"),
        transparent=True, blurs=True,
    ),
    ".webm": _video(
        "libvpx-vp9", ("-vf", _BT709.format("yuva420p"), "-auto-alt-ref", "0", *_VP9),
        ("-c", "copy", "-metadata:s:v:0", "alpha_mode=1", "-f", "webm"), transparent=True, even=True,
        blurs=True,
    ),
    ".webp": Format("libwebp_anim", _LOSSLESS_ALPHA, transparent=True, blurs=True),
    ".avif": Format("libaom-av1", _LOSSLESS_ALPHA, _CLEAR_AVIF, transparent=True, blurs=True),
    ".apng": _CLEAR_APNG,
    ".png": _CLEAR_APNG,
    "": Format("", transparent=True),
}  # fmt: skip
"""How files with an alpha channel are encoded."""

PLAYED: dict[str, str] = {".gif": "-loop", ".webp": "-loop", ".apng": "-plays", ".png": "-plays", ".avif": "-loop"}
"""Kinds of files that say themselves how often they play, by ffmpeg's option."""
MOST_PLAYS = 65_535


def format_of(path: Path, coding: Coding = USUAL) -> Format:
    """Return the format of a file by its extension; a name without one is a folder of PNGs.

    Args:
        path: the file.
        coding: what is asked beyond that.

    Raises:
        EncodeError: an unknown extension, or one that cannot hold what is asked; lists those that can.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        way_out = f"expected {_listed(FORMATS)}, or a folder for PNG files"
        raise EncodeError(f"{path}: no encoder for {path.suffix!r}; {way_out}")
    if coding.plays and suffix not in PLAYED:
        way_out = f"whoever shows it decides how often it plays; leave --loop out, or choose {_listed(PLAYED)}"
        raise EncodeError(f"{path}: {way_out}")
    codecs = CODECS.get(suffix, {})
    if coding.codec and coding.codec not in codecs:
        expected = f"expected {', '.join(codecs)}" if codecs else f"it goes with {_listed(CODECS)}; leave it out"
        raise EncodeError(f"{path}: --codec is {coding.codec!r}; {expected}")
    if not coding.transparent:
        return codecs[coding.codec] if coding.codec else FORMATS[suffix]
    if suffix not in CLEAR:
        way_out = f"choose {_listed(CLEAR)} or a folder, or name a colour"
        raise EncodeError(f"{path}: --background transparent needs a file with alpha; {way_out}")
    if coding.codec and coding.codec != next(iter(codecs)):
        way_out = f"with --background transparent expected {next(iter(codecs))}"
        raise EncodeError(f"{path}: --codec is {coding.codec!r}; {way_out}")
    return CLEAR[suffix]


def plays_in(text: str) -> int:
    """Return how often "once", a number or "forever" plays; 0 for ever.

    Raises:
        InputError: it is none of them.
    """
    words = {"once": 1, "forever": 0}
    if text in words:
        return words[text]
    count = int(text) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else 0
    if not 1 <= count <= MOST_PLAYS:
        raise InputError(f"--loop is {text!r}; expected once, forever, or a number from 1 to {MOST_PLAYS}")
    return count


def _listed(kinds: Mapping[str, object]) -> str:
    return ", ".join(suffix for suffix in kinds if suffix)


def default_fps(path: Path) -> float:
    """Return the default frame rate of a file: 30, or 25 for a GIF, whose unit of time is a hundredth of a second."""
    return 25.0 if path.suffix.lower() == ".gif" else 30.0

"""Formats of videos: how each is encoded, and at which rate."""

from dataclasses import dataclass
from pathlib import Path

from animviz.errors import EncodeError

__all__ = ["BITEXACT", "FORMATS", "Format", "default_fps", "format_of"]

# RGB becomes BT.709 YUV, and all three tags say so. ffmpeg's default is BT.601 without a tag. Players of HD video take
# it for BT.709, which is wrong by up to 20 of 255 on saturated colours.
_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+full_chroma_inp,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)

BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1")
# Without B-frames the encoder is a fifth faster, files are a tenth larger, and parts join without a shift in time. The
# fastest subpixel search saves another fifth of the time, for another tenth of the size. One thread makes the same bytes
# on every machine, and leaves the other cores to drawing and to other parts.
_H264 = (
    "-vf", _BT709, "-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", "19", "-bf", "0",
    "-x264-params", "subme=1", "-f", "mp4",
)  # fmt: skip
_VP9 = ("-vf", _BT709, "-c:v", "libvpx-vp9", "-crf", "30", "-b:v", "0", "-row-mt", "1", "-cpu-used", "4", "-f", "webm")
_LOSSLESS = ("-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "mp4")


@dataclass(frozen=True)
class Format:
    """How frames become one kind of file.

    Attributes:
        encoder: ffmpeg's name for the encoder, or "" for a folder of PNGs.
        part: output options of a part; lossless where the final encoder needs all frames at once.
        whole: output options of the assembled file, where they do not depend on a `Setting`.
        keeps_provenance: whether ffmpeg writes a comment into this container.
    """

    encoder: str
    part: tuple[str, ...] = _LOSSLESS
    whole: tuple[str, ...] = ()
    keeps_provenance: bool = False


_APNG = Format("apng", whole=("-vf", "format=rgb24", "-c:v", "apng", "-plays", "0", "-f", "apng"))
FORMATS: dict[str, Format] = {
    ".mp4": Format("libx264", _H264, ("-c", "copy", "-movflags", "+faststart", "-f", "mp4"), keeps_provenance=True),
    ".webm": Format("libvpx-vp9", _VP9, ("-c", "copy", "-f", "webm"), keeps_provenance=True),
    ".webp": Format("libwebp_anim"),
    ".apng": _APNG,
    ".gif": Format("gif"),
    ".png": _APNG,
    "": Format(""),
}


def format_of(path: Path) -> Format:
    """Return the format of a file by its extension; a name without one is a folder of PNGs.

    Raises:
        EncodeError: an unknown extension; lists the known ones.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(suffix for suffix in FORMATS if suffix)
        way_out = f"expected {known}, or a folder for PNG files"
        raise EncodeError(f"{path}: no encoder for {path.suffix!r}; {way_out}") from None


def default_fps(path: Path) -> float:
    """Return the default frame rate of a file: 30, or 25 for a GIF, whose unit of time is a hundredth of a second."""
    return 25.0 if path.suffix.lower() == ".gif" else 30.0

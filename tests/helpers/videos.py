"""Videos, read back."""

import re
import subprocess
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PIL import Image, ImageSequence

from animviz.video.ffmpeg import ffmpeg_exe

VIDEO = (".mp4", ".m4v", ".mov", ".webm")

RAW = ("-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt")


def decoded(path: Path) -> np.ndarray:
    """Return all frames as an array of shape (frames, height, width, 3)."""
    if path.is_dir():
        return np.stack([iio.imread(file) for file in sorted(path.iterdir())])
    if path.suffix in VIDEO:
        raw = subprocess.run(
            [ffmpeg_exe(), "-v", "error", "-i", f"file:{path}", *RAW, "rgb24", "-"], capture_output=True, check=True
        ).stdout
        match = re.search(r" ([1-9]\d+)x(\d+)\b", stream_line(path))
        assert match
        return np.frombuffer(raw, np.uint8).reshape(-1, int(match[2]), int(match[1]), 3)
    with Image.open(path) as image:
        return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)])


def durations(path: Path) -> list[float]:
    """Return for how many milliseconds each frame of an animated picture is shown."""
    found = []
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            image.load()
            found.append(float(image.info["duration"]))
    return found


def stream_line(path: Path) -> str:
    """Return what ffmpeg says of the video stream."""
    said = subprocess.run([ffmpeg_exe(), "-hide_banner", "-i", f"file:{path}"], capture_output=True, text=True).stderr
    return next(line for line in said.splitlines() if "Video:" in line)


def decoded_alpha(path: Path) -> np.ndarray:
    """Return all frames with straight alpha, an array of shape (frames, height, width, 4)."""
    if path.is_dir():
        return np.stack([iio.imread(file) for file in sorted(path.iterdir())])
    if path.suffix in (*VIDEO, ".apng"):  # Pillow lays the frames of an APNG twice
        decoder = ("-c:v", "libvpx-vp9") if path.suffix == ".webm" else ()  # ffmpeg's own one drops the alpha
        command = [ffmpeg_exe(), "-v", "error", *decoder, "-i", f"file:{path}", "-vf", ACCURATE, *RAW, "rgba", "-"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        match = re.search(r" ([1-9]\d+)x(\d+)\b", stream_line(path))
        assert match
        return np.frombuffer(raw, np.uint8).reshape(-1, int(match[2]), int(match[1]), 4)
    with Image.open(path) as image:
        return np.stack([np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)])


ACCURATE = "scale=flags=bicubic+full_chroma_int+accurate_rnd"

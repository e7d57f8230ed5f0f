"""The baselines, written as a competent user would: same data, same size, same codec settings.

Run as `python -m benchmarks.baselines NAME ...` where a whole process is timed.
"""

import sys
import time
from pathlib import Path

import numpy as np

H264 = ["-preset", "veryfast", "-crf", "19", "-bf", "0", "-x264-params", "subme=1", "-pix_fmt", "yuv420p"]


def func_animation(
    path: Path, size: tuple[int, int], points: np.ndarray, lines: np.ndarray, labels: np.ndarray, *, scatter: bool
) -> None:
    """Draw with matplotlib's FuncAnimation.save: one scatter (as notebooks do) or two fast marker plots, and 42 lines."""
    import matplotlib as mpl

    mpl.use("Agg")
    import imageio_ffmpeg
    from matplotlib import animation
    from matplotlib import pyplot as plt

    plt.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    figure, axes = plt.subplots(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    axes.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
    colors = np.array(["#5ccfe6", "#ffb454"])
    grid = [axes.plot([], [], color="#3b475f", lw=0.9)[0] for _ in range(lines.shape[1])]
    if scatter:
        cloud = axes.scatter(*points[0].T, s=5, c=colors[labels], lw=0)
    else:
        clouds = [axes.plot([], [], "o", ms=2.3, mew=0, color=color)[0] for color in colors]

    def update(frame: int) -> list:
        for line, xy in zip(grid, lines[frame], strict=True):
            line.set_data(*xy.T)
        if scatter:
            cloud.set_offsets(points[frame])
            return [cloud, *grid]
        for label, marks in enumerate(clouds):
            marks.set_data(*points[frame][labels == label].T)
        return [*clouds, *grid]

    writer = animation.FFMpegWriter(fps=30, codec="libx264", extra_args=H264)
    animation.FuncAnimation(figure, update, frames=len(points)).save(path, writer=writer)
    plt.close(figure)


def loom(path: Path, size: tuple[int, int], points: np.ndarray, lines: np.ndarray, labels: np.ndarray) -> None:
    """Draw with matplotloom in two processes: a new figure per frame, saved as PNG, then joined by ffmpeg."""
    import os

    import imageio_ffmpeg

    link = path.parent / "bin"
    link.mkdir(exist_ok=True)
    if not (link / "ffmpeg").exists():
        (link / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    os.environ["PATH"] = f"{link}:{os.environ['PATH']}"
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotloom import Loom

    colors = ["#5ccfe6", "#ffb454"]
    with Loom(path, fps=30, parallel=True, overwrite=True, savefig_kwargs={"dpi": 100}) as out:

        def draw(frame: int) -> None:
            figure, axes = plt.subplots(figsize=(size[0] / 100, size[1] / 100))
            axes.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
            for xy in lines[frame]:
                axes.plot(*xy.T, color="#3b475f", lw=0.9)
            for label, color in enumerate(colors):
                axes.plot(*points[frame][labels == label].T, "o", ms=2.3, mew=0, color=color)
            out.save_frame(figure, frame)

        from joblib import Parallel, delayed

        Parallel(n_jobs=2)(delayed(draw)(frame) for frame in range(len(points)))


def notebook(path: Path, epochs: int = 100) -> None:
    """Draw as the teaching notebook does: a `fit` per frame, 42 forward passes for the grid, FuncAnimation.save."""
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from animviz.experiments.data.planar import two_rings

    dataset = two_rings(np.random.default_rng(0))
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, activation="tanh"),
            keras.layers.Dense(2, activation="tanh", name="hidden"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse", metrics=["accuracy"])
    hidden = keras.Model(model.inputs, model.get_layer("hidden").output)
    span = np.linspace(-1.2, 1.2, 21)
    along = np.linspace(-1.2, 1.2, 61)
    grid = [np.stack([np.full(61, at), along], axis=1) for at in span]
    grid += [np.stack([along, np.full(61, at)], axis=1) for at in span]
    points, lines = [], []
    for _ in range(epochs):
        model.fit(dataset.x, dataset.y, epochs=1, batch_size=32, verbose=0)
        points.append(hidden(dataset.x).numpy())
        lines.append([hidden(line).numpy() for line in grid])
    func_animation(path, (640, 480), np.array(points), np.array(lines), dataset.y, scatter=True)


if __name__ == "__main__":
    started = time.perf_counter()
    {"notebook": notebook}[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))
    print(time.perf_counter() - started)

"""What the command line says of scenes and of finished videos."""

from pathlib import Path

import click

from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.rendering.film import Movie

__all__ = ["report", "scene_rows"]


def scene_rows() -> list[tuple[str, str]]:
    """Return name and summary of every scene; one that cannot be imported stays listed, marked."""
    rows = []
    for name in scene_names():
        try:
            rows.append((name, find_scene(name).summary))
        except SceneError as error:
            rows.append((name, f"[broken] {error}"))
    return rows


def report(movie: Movie) -> None:
    """Say in one line what was written."""
    width, height = movie.size
    size = f"{width}x{height}"
    fitted = f" (to fit: {movie.given_up})" if movie.given_up else ""
    click.echo(f"{movie.path}: {movie.frames} frames, {movie.seconds:.1f} s, {size}, {_weight(movie.path)}{fitted}")


def _weight(path: Path) -> str:
    """Return the size of a file or folder as text."""
    size = sum(p.stat().st_size for p in path.iterdir()) if path.is_dir() else path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"

"""The page of a preview: a player whose pictures are asked for one by one."""

from animviz.pages.shell import EPOCHS, filled, json_numbers, json_of
from animviz.pages.telling import curves_json, curves_of, title_of
from animviz.viewers.previewed import Previewed

__all__ = ["page_of"]

SCRIPTS = ("asking.js", "preview.js")


def page_of(previewed: Previewed, name: str, theme: str) -> bytes:
    """Return the page.

    Args:
        previewed: what it shows.
        name: of the scene.
        theme: dark, light or auto.
    """
    recording = previewed.recording
    title, curves = f"{name}: {title_of(recording)}", tuple(curves_of(recording))
    data = {
        "scene": name,
        "epochs": json_numbers(recording.epochs),
        "curves": curves_json(curves),
        "notes": [f"{len(recording)} snapshots", f"{previewed.size[0]}x{previewed.size[1]}"],
        "palettes": {"dark": [], "light": []},
        "size": previewed.size,
    }
    return filled(
        __package__,
        title=title,
        theme=theme,
        letters="".join([title, *(curve.name for curve in curves)]),
        common=EPOCHS,
        scripts=SCRIPTS,
        data={"about": json_of(data)},
        allowing="connect-src 'self'",
    )

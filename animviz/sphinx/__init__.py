"""Sphinx extension: the directive `animviz` shows a scene that is trained and drawn while the documentation is built.

HTML has a video with a GIF where none plays; all other builders, such as LaTeX, have a poster. What was made is kept
beside the doctrees and used again until the scene, its options or animviz change.
"""

import os
import posixpath
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from animviz.errors import AnimvizError, InputError
from animviz.sphinx.media import Files, media_for

__all__ = ["Animviz", "animation", "setup"]

FAILED = "animviz-failed"  # in the metadata of a document
log = logging.getLogger(__name__)


class animation(nodes.image):  # noqa: N801 (docutils names nodes so)
    """A poster to builders that know nothing of videos; HTML finds the video beside it."""


class _AnyOption(dict[str, Any]):
    """Options are checked by the scene and not by docutils."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return lambda text: (text or "").strip()


class Animviz(SphinxDirective):
    """``.. animviz:: SCENE`` with the options of ``animviz render SCENE``, alt, caption, and poster: an epoch.

    One that cannot be made is an error, which says in one line where it stands and why, and the build fails.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = _AnyOption()

    def run(self) -> list[nodes.Node]:
        """Make the files, and return a picture or a figure."""
        options = dict(self.options)
        alt, caption, poster = (options.pop(name, "") for name in ("alt", "caption", "poster"))
        here = Path(self.env.doc2path(self.env.docname)).parent
        cache = Path(self.env.doctreedir) / "animviz"
        try:
            epoch = _epoch(poster)
            media = media_for(self.arguments[0], options, beside=here, cache=cache, epoch=epoch)
        except AnimvizError as error:
            log.error("animviz: %s", " ".join(str(error).split()), location=self.get_location())
            self.env.metadata[self.env.docname][FAILED] = True
            self.env.note_reread()
            return []
        for path in media.sources:
            self.env.note_dependency(str(path))
        uri = Path(os.path.relpath(media.files.poster, here)).as_posix()
        picture = animation(uri=uri, alt=alt or media.summary, key=media.files.folder.name, shape=media.size)
        self.set_source_info(picture)
        if not caption:
            return [picture]
        words, messages = self.parse_inline(caption)
        return [nodes.figure("", picture, nodes.caption(caption, "", *words)), *messages]


def _epoch(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"poster is {text!r}; expected an epoch, such as 40") from None


def _visit_html(translator: HTML5Translator, node: animation) -> None:
    """Write a video, and copy its files beside the pictures of the site."""
    builder: Any = translator.builder
    key, (width, height), alt = node["key"], node["shape"], translator.attval(node["alt"])
    files = Files(Path(builder.doctreedir) / "animviz" / key)
    folder = Path(builder.outdir) / builder.imagedir
    folder.mkdir(parents=True, exist_ok=True)
    places = {".png": builder.images[node["uri"]]}
    for path in (files.video, files.gif):
        places[path.suffix] = f"animviz-{key}{path.suffix}"
        shutil.copyfile(path, folder / places[path.suffix])
    places = {suffix: posixpath.join(builder.imgpath, quote(name)) for suffix, name in places.items()}
    shape = f'width="{width}" height="{height}" style="max-width: 100%; height: auto"'
    translator.body.append(
        f'<video class="animviz" controls loop muted playsinline preload="metadata" {shape} '
        f'poster="{places[".png"]}" aria-label="{alt}">'
        f'<source src="{places[".mp4"]}" type="video/mp4">'
        f'<img src="{places[".gif"]}" alt="{alt}" {shape} loading="lazy"></video>'
    )


def _depart_html(translator: HTML5Translator, node: animation) -> None:
    pass


def _visit_still(translator: HTML5Translator, node: animation) -> None:
    translator.visit_image(node)


def _depart_still(translator: HTML5Translator, node: animation) -> None:
    translator.depart_image(node)


def _fail(app: Sphinx, exception: Exception | None) -> None:
    """Let the build fail where a directive did, also where the errors of documentation are not counted."""
    if any(FAILED in about for about in app.env.metadata.values()):
        app.statuscode = app.statuscode or 2


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_node(animation, html=(_visit_html, _depart_html), epub=(_visit_still, _depart_still))
    app.add_directive("animviz", Animviz)
    app.add_config_value("animviz_version", version("animviz"), "env")  # another one reads all pages anew
    app.connect("build-finished", _fail)
    return {"version": version("animviz"), "parallel_read_safe": True, "parallel_write_safe": True}

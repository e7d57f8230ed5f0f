"""Odd options: whatever stands behind a flag, the command works or says one line that names it."""

from collections.abc import Mapping
from functools import cache

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animviz.cli.compare import CompareCommand
from animviz.cli.flags import Sections
from animviz.cli.main import cli
from animviz.cli.record import RecordCommand
from animviz.cli.render import RenderCommand
from animviz.experiments.catalogue import EXPERIMENTS
from animviz.pictures.discovery import scene_names
from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.trying import Bench
from helpers.fuzz.words import ODD_PATHS, ODD_TEXTS, Words, options_among

# What scenes are drawn from, by the experiments that they name; all others from digits.
RECORDED = {"two_rings": "r.rec", "polynomial": "p.rec", "lenet": "c.rec", "induction": "a.rec", "autoencoder": "e.rec"}
FILM = (
    "-o",
    "x.mp4",
    "--size",
    "160x90",
    "--seconds",
    "0.4",
    "--fps",
    "5",
    "--hold-start",
    "0",
    "--hold-end",
    "0",
    "--workers",
    "1",
)
STILL = ("-o", "x.png", "--still", "last", "--size", "160x90")
# What each command needs, so that its options are looked at.
NEEDED: Mapping[str, Words] = {
    "storyboard": ["s.toml", "-o", "x.mp4", "--workers", "1"], "join": ["folder", "-o", "x.mp4"], "sheet": ["m.mp4"],
    "embed": ["m.mp4", "--for", "html"], "gallery": ["rings"], "page": ["d.rec", "-o", "x.html", "--method", "pca"],
    "report": ["d.rec"], "export": ["d.rec", "--layer", "input", "-o", "x.csv"], "scenes": [], "info": ["r.rec"],
    "landmarks": ["r.rec"], "neighbours": ["d.rec", "--method", "pca"], "scores": ["d.rec", "--method", "pca"],
    "doctor": [], "completion": ["bash"], "verify": ["r.rec"], "diff": ["r.rec", "d.rec"], "migrate": ["r.rec"],
    "recover": ["r.rec", "-o", "x.rec"], "import-checkpoints": ["digits.npz", "-o", "x.rec"],
    "compare": ["--from", "r.rec", "--from", "q.rec", "-o", "x.png", "-o", "x.md", *FILM[2:]],
}  # fmt: skip


# What goes with a still, besides the scene's own options.
OF_STILLS = ("size", "theme", "background", "alt", "output_name", "output", "still", "source")


@cache
def render_sections(name: str) -> tuple[str, Sections]:
    """Return which recording a scene is drawn from, and the options of its command by their headings."""
    command = RenderCommand(name)
    return RECORDED.get(command.scene.experiment or "", "d.rec"), command.sections(())


@st.composite
def renders(draw: st.DrawFn) -> Words:
    name = draw(st.sampled_from(scene_names()))
    recording, sections = render_sections(name)
    (_, own), *_ = sections.items()
    video, every = sections["Video"], [option for options in sections.values() for option in options]
    source = ["--from", recording]
    options, way = draw(
        st.sampled_from(
            [
                ([*own, *own, *(option for option in every if option.name in OF_STILLS)], [*source, *STILL]),
                ([*own, *video], [*source, *FILM]),
                ([option for option in every if option not in video], STILL),
                (every, [*source, *STILL]),
            ]
        )
    )  # fmt: skip
    return ["render", name, *way, *draw(options_among(options))]


@st.composite
def records(draw: st.DrawFn) -> Words:
    name = draw(st.sampled_from(list(EXPERIMENTS)))
    return ["record", name, "-o", "x.rec", *draw(options_among(RecordCommand(name).params))]


@st.composite
def compares(draw: st.DrawFn) -> Words:
    sections = CompareCommand().sections(("--from", "r.rec"))
    seen = [option for name in ("Recordings", "Scene history", "Output") for option in sections[name]]
    trained = [option for options in CompareCommand().sections(()).values() for option in options]
    sources = ["--from", "r.rec", "--from", "q.rec"]
    options, given = draw(st.sampled_from([(seen, sources), (trained, ["--arch", "*-4-*", "--arch", "*-5-*"])]))
    return ["compare", *given, "-o", "x.md", *draw(options_among(options))]


@st.composite
def others(draw: st.DrawFn) -> Words:
    name = draw(st.sampled_from(list(NEEDED)))
    command, needed = cli.commands[name], list(NEEDED[name])
    if needed and draw(st.integers(0, 3)) == 0:
        needed[draw(st.integers(0, len(needed) - 1))] = draw(st.sampled_from([*ODD_PATHS, *ODD_TEXTS]))
    own = [option for option in command.params if isinstance(option, click.Option)]
    return [name, *needed, *(draw(options_among(own)) if own and draw(st.integers(0, 3)) else [])]


def test_each_command_is_tried() -> None:
    # A preview that begins is served for ever.
    assert {*NEEDED, "render", "record", "preview"} == set(cli.commands)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize(("kind", "cases"), [(renders, 300), (records, 200), (compares, 60), (others, 300)])
def test_odd_options_work_or_are_named(
    kind: st.SearchStrategy[Words], cases: int, amount: Amount, bench: Bench
) -> None:
    @amount.settings(cases)
    @given(words=kind())
    def check(words: Words) -> None:
        with bench.case():
            bench.check(words)

    check()

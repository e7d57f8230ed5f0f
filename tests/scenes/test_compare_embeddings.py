"""Finished recordings side by side: two layers of each by an embedding, on one clock."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.embed import embedding_of
from animviz.embed.sets import sets_of
from animviz.errors import SceneError
from animviz.pictures.discovery import small_scene
from animviz.pictures.split import CellStage
from helpers.recordings import copied
from helpers.results import Result

QUICK = ("--seconds", "0.5", "--hold-start", "0.1", "--hold-end", "0.1", "--size", "640x360")
SOME = 100


@pytest.fixture(scope="module")
def nets(trained: Callable[..., Recording], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A run on digits and the same run stopped two epochs earlier, in folders of our own."""
    folder = tmp_path_factory.mktemp("nets")
    for name in ("whole", "stopped"):
        shutil.copytree(trained("digits_mlp").path, folder / f"{name}.rec", ignore=shutil.ignore_patterns("embeddings"))
    for number in (3, 4):
        (folder / "stopped.rec" / "snapshots" / f"{number:06d}.safetensors").unlink()
    return [folder / "whole.rec", folder / "stopped.rec"]


def cell(recording: Recording, size: tuple[int, int], epoch: float, **options: object) -> tuple[list[str], np.ndarray]:
    stage = CellStage(Stage((1280, 720)), size, [recording])
    draw = small_scene("pca").set_up(stage, recording, samples=SOME, **options)
    limits = [(axes.get_xlim(), axes.get_ylim()) for axes in stage.figure.axes]
    draw(animviz.Moment(0.0, epoch))
    picture = stage.frame()
    assert [(axes.get_xlim(), axes.get_ylim()) for axes in stage.figure.axes] == limits
    return [text.get_text() for text in stage.figure.texts], picture


def test_cell_shows_the_last_two_layers_with_their_accuracy(nets: list[Path]) -> None:
    recording = Recording(nets[0])
    sets = sets_of(recording, SampleLabels.of(recording), SOME)
    shown, _ = cell(recording, (580, 400), 2.6)
    for layer in ("hidden_2", "output"):
        done = embedding_of(
            recording, layer, method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels, place_inputs=sets.place,
            place_labels=sets.place_labels,
        )  # fmt: skip
        assert done.scores.placed_accuracy is not None
        assert {layer, f"5-NN {100 * done.scores.placed_accuracy[2]:.1f} %"} <= set(shown)
    assert cell(recording, (580, 400), 2.6, layers="input")[0][0] == "input"
    with pytest.raises(SceneError, match="names 3 layers; expected at most 2"):
        cell(recording, (580, 400), 0.0, layers="input,hidden_1,output")


def test_cell_is_parted_so_that_planes_are_large(nets: list[Path]) -> None:
    recording = Recording(nets[0])
    for size, beside in (((580, 400), True), ((300, 600), False)):
        stage = CellStage(Stage((1280, 720)), size, [recording])
        small_scene("pca").set_up(stage, recording, samples=SOME)
        first, second = (axes.get_position() for axes in stage.figure.axes)
        assert (first.x1 <= second.x0) == beside
        assert (second.y1 <= first.y0) != beside


def test_a_picture_depends_on_its_moment_alone(nets: list[Path]) -> None:
    recording = Recording(nets[1])
    stage = CellStage(Stage((1280, 720)), (400, 200), [recording])
    draw = small_scene("umap").set_up(stage, recording, samples=40, layers="hidden_2")
    pictures = []
    for epoch in (0.5, 2.0, 0.5):
        draw(animviz.Moment(0.0, epoch))
        pictures.append(stage.frame())
    assert np.array_equal(pictures[0], pictures[2])
    assert not np.array_equal(pictures[0], pictures[1])


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_small_forms_draw_layers_of_one_or_two_units_as_they_are(
    method: str, rings_recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("animviz.embed.recorded.embed", lambda *_, **__: pytest.fail("laid out"))
    rings = copied(rings_recording, tmp_path / "rings.rec")
    stage = CellStage(Stage((1280, 720)), (640, 360), [rings])
    small_scene(method).set_up(stage, rings, samples=40, layers="hidden_2,output")(animviz.Moment(0.0, 2.0))
    assert [text.get_text() for text in stage.figure.texts].count("as it is") == 2


@pytest.mark.integration
def test_finished_recordings_share_a_frame_and_a_table(
    nets: list[Path], cli: Callable[..., Result], tmp_path: Path
) -> None:
    sources = [word for path in nets for word in ("--from", path)]
    command = ("compare", *sources, "--scene", "pca", "--samples", SOME, *QUICK, "-o", "two.mp4", "-o", "two.csv")
    result = cli(*command)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[-1].startswith("two.mp4: 15 frames")
    rows = list(csv.DictReader((tmp_path / "two.csv").read_text().splitlines()))
    assert [row["network"] for row in rows] == ["whole", "stopped"]
    assert [float(row["test accuracy"]) for row in rows] == [Recording(path)[-1].scores["accuracy"] for path in nets]
    assert "pca" in cli("info", "two.mp4").out
    before = (tmp_path / "two.mp4").read_bytes()
    assert cli(*command).code == 0
    assert (tmp_path / "two.mp4").read_bytes() == before
    assert cli("compare", *sources, *QUICK).code == 0
    assert {path.name for path in (tmp_path / "renders").iterdir()} == {
        "compare-whole-stopped.md", "compare-whole-stopped.mp4",
    }  # fmt: skip


def test_what_cannot_be_compared_is_one_line(
    nets: list[Path], rings_recording: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    whole, stopped = map(str, nets)
    other = tmp_path / "other" / "whole.rec"
    shutil.copytree(whole, other)
    both = ["--from", whole, "--from", stopped]
    for arguments, message in (
        (["--from", whole], "--from names 1 recording; expected 2 to 12"),
        (["--from", whole, "--from", other], "two recordings are called whole, by which they are told apart"),
        (["--from", whole, "--from", rings_recording.path], "holds other samples than"),
        (["--from", whole, "--from", "nothing.rec"], "no recording at nothing.rec"),
        ([*both, "--arch", "64-8-10"], "--arch cannot go with --from"),
        ([*both, "--epochs", "3"], "--epochs cannot go with --from"),
        ([*both, "--scene", "pca", "--layers", "nonsense"], "pca: no layer 'nonsense'"),
        ([*both, "--scene", "umap", "--samples", "12"], "12 samples are too few for n_neighbors 15"),
        ([*both, "--seconds", "1", "--hold-end", "1"], "leave no time for motion"),
        (["--experiment", "two_rings", "--scene", "pca"], "its option 'samples' (Experiment two_rings) has a name"),
    ):
        result = cli("compare", *arguments, "-o", "film.mp4")
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result
        assert message in result.err
    assert not (tmp_path / "film.mp4").exists()

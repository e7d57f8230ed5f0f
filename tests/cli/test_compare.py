"""Comparing runs: which are trained, what the table says of them, and how they share a frame."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animviz import Moment, Recording
from animviz.errors import InputError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.comparison import Network, columns
from animviz.experiments.experiment import Run
from animviz.experiments.grid import decide, of_seeds
from animviz.experiments.presets import PRESETS
from animviz.pictures.discovery import small_scene
from animviz.pictures.layout import Layout, check_room, layout_of
from animviz.pictures.painter import Painter
from animviz.pictures.picture import Picture
from animviz.pictures.scene import scene
from animviz.pictures.split import CellPicture, CellStage, SplitPicture
from animviz.stage.box import Box
from animviz.stage.stage import Stage
from animviz.tables import text_of
from helpers.results import Result

pytestmark = pytest.mark.integration

SMALL = (
    "--samples",
    "100",
    "--epochs",
    "3",
    "--pace",
    "10",
    "--seconds",
    "0.5",
    "--hold-start",
    "0.1",
    "--hold-end",
    "0.1",
)
RINGS = ("--experiment", "two_rings", "--arch", "2-1-2-1", "--arch", "2-3-2-1")
SIZE = (640, 360)


def cells_of(scene: str, *recordings: Recording) -> tuple[CellPicture, ...]:
    found = small_scene(scene)
    return tuple(CellPicture(Picture(found, recording), recording.manifest.arch or "") for recording in recordings)


def split_of(cells: tuple[CellPicture, ...]) -> SplitPicture:
    return SplitPicture("Compared", cells, ("number: accuracy",))


def frame(split: SplitPicture, epoch: float, size: tuple[int, int] = SIZE, theme: str = "dark") -> np.ndarray:
    return split.painter(Stage(size, theme)).paint(Moment(0.0, epoch))[:, :, :3].copy()


@pytest.fixture(scope="module")
def rings(trained: Callable[..., Recording]) -> list[Recording]:
    return [trained("two_rings", arch=f"2-{units}-2-1") for units in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def stopped(trained: Callable[..., Recording]) -> list[Recording]:
    """One run of six epochs, and one of the same data that was stopped before."""
    short = trained("digits_mlp", arch="64-1-10", epochs=2)
    return [trained("digits_mlp", arch="64-16-8-10", epochs=6), short]


# Which runs


def labels(experiment: str, arches: list[str], reductions: list[str], **values: object) -> list[str]:
    return [run.label for run in decide(experiment_named(experiment), values, arches, reductions)]


def test_each_architecture_meets_every_reduction_that_it_fits() -> None:
    found = labels("digits_mlp", ["*-16-*", "64-8-10", "10-4-10"], ["none", "pca:10", "forest:10"], data="digits-8x8")
    assert found == [
        "64-16-10", "10-16-10-pca_10", "10-16-10-forest_10",
        "64-8-10",
        "10-4-10-pca_10", "10-4-10-forest_10",
    ]  # fmt: skip


def test_without_architectures_the_experiments_own_meets_all_reductions() -> None:
    found = labels("digits_mlp", [], ["pca:5", "pixels:20,21"], data="digits-8x8")
    assert found == ["5-256-64-10-pca_5", "2-256-64-10-pixels_20_21"]


def test_runs_of_the_same_data_share_its_arrays() -> None:
    runs = decide(experiment_named("two_rings"), {"samples": 50}, ["2-1-1", "2-2-1"], [])
    assert runs[0].dataset is runs[1].dataset


def test_many_pixels_give_names_that_differ_and_fit() -> None:
    most = ",".join(map(str, range(60)))
    found = labels("digits_mlp", ["*-4-10"], [f"pixels:{most}", f"pixels:{most},61"], data="digits-8x8")
    assert len(set(found)) == 2
    assert max(map(len, found)) < 80


@pytest.mark.parametrize(
    ("arches", "reductions", "message"),
    [
        (["64-4-10", "99-4-10"], ["none", "pca:5"], r"99-4-10 fits none .* 64 \(whole\), 5 \(pca:5\)"),
        (["64-4-10", "99-4-10"], [], "needs 64 inputs: 99-4-10 has 99"),
        (["64-4-10", "64-4-9"], ["none", "pca:5"], "needs 10 outputs"),
        (["64-4-10", "64-x-10"], ["none", "pca:5"], "'x', not a whole number"),
        (["64-4-10", "*-4-*"], [], "64-4-10 is asked for twice"),
        (["64-4-10"], ["none", "none"], "asked for twice"),
        (["64-4-10"], [], "a single run"),
        ([f"64-{units}-10" for units in range(1, 14)], [], "13 runs; expected 2 to 12"),
        (["64-4-10"], ["none", "pca:999"], "pca:999"),
        (["64-4-10"], ["none", "nonsense"], "--reduce is 'nonsense'"),
    ],
)
def test_what_cannot_be_compared_is_refused(arches: list[str], reductions: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        labels("digits_mlp", arches, reductions, data="digits-8x8")


def test_each_network_has_a_run_for_each_seed() -> None:
    found = of_seeds(experiment_named("two_rings"), {"samples": 50}, ["2-1-1", "2-2-1"], [], [3, 5])
    assert [[(run.label, run.training.seed) for run in network] for network in found] == [
        [("2-1-1", 3), ("2-1-1", 5)], [("2-2-1", 3), ("2-2-1", 5)],
    ]  # fmt: skip


@pytest.mark.slow
def test_the_ten_experiments_are_those_of_the_notebooks() -> None:
    preset = PRESETS["ten-experiments"]
    runs = decide(experiment_named(preset.experiment), preset.settings, preset.architectures, preset.reductions)
    assert [run.label for run in runs] == [
        "784-128-1-10", "784-128-2-10", "784-128-5-10", "154-128-5-10-pca_154", "70-128-5-10-forest_70", "784-64-64-10",
        "784-128-128-10", "784-128-256-10", "784-256-256-10", "784-512-512-10",
    ]  # fmt: skip
    training = runs[0].training
    assert (training.optimizer, training.batch_size, training.early_stopping, training.dropout) == ("rmsprop", 32, 2, 0)


# The table


def networks(runs: list[Run], recordings: list[Recording]) -> list[Network]:
    return [Network.of([run], [recording]) for run, recording in zip(runs, recordings, strict=True)]


def test_of_several_seeds_the_table_has_mean_and_spread_and_the_run_in_the_middle(
    trained: Callable[..., Recording],
) -> None:
    experiment = experiment_named("two_rings")
    runs = of_seeds(experiment, {"samples": 150, "epochs": 4}, ["2-1-2-1", "2-3-2-1"], [], [0, 1, 2])
    recordings = [[trained("two_rings", arch=str(run.arch), seed=run.training.seed) for run in one] for one in runs]
    compared = [Network.of(one, found) for one, found in zip(runs, recordings, strict=True)]
    table = {column.title: column.values for column in columns(compared, [None, None])}
    for place, found in enumerate(recordings):
        scores = [recording[-1].scores["accuracy"] for recording in found]
        assert table["mean training accuracy"][place] == pytest.approx(np.mean(scores))
        assert (table["lowest"][place], table["highest"][place]) == (min(scores), max(scores))
        typical = found[table["typical seed"][place]]
        assert typical[-1].scores["accuracy"] == np.median(scores)
        assert compared[place].recording is typical
        assert len(compared[place].others) == 2
        assert compared[place].note == f"seed {table['typical seed'][place]}"


def test_table_of_rings_says_what_is_in_the_recordings(rings: list[Recording]) -> None:
    arches = [recording.manifest.arch or "" for recording in rings]
    runs = decide(experiment_named("two_rings"), {"samples": 150, "epochs": 4}, arches, [])
    table = {column.title: column.values for column in columns(networks(runs, rings), [1.25, None, 3.0, 4.0])}
    assert list(table) == ["network", "parameters", "epochs", "training seconds", "training accuracy"]
    assert table["parameters"] == (10, 15, 20, 25)
    assert table["epochs"] == (4, 4, 4, 4)
    assert table["training seconds"] == (1.25, None, 3.0, 4.0)
    assert table["training accuracy"] == tuple(recording[-1].scores["accuracy"] for recording in rings)


def test_table_of_digits_has_validation_and_test(stopped: list[Recording]) -> None:
    options = {"data": "digits-8x8", "dropout": 0.1}
    runs = decide(experiment_named("digits_mlp"), options, ["64-16-8-10", "64-1-10"], [])
    table = {column.title: column for column in columns(networks(runs, stopped), [None, None])}
    assert list(table) == ["network", "parameters", "epochs", "validation accuracy", "test accuracy"]
    assert table["epochs"].values == (6, 2)
    assert table["validation accuracy"].values == tuple(recording[-1].logs["val_accuracy"] for recording in stopped)
    assert table["test accuracy"].texts == [f"{recording[-1].scores['accuracy']:.1%}" for recording in stopped]


def test_validation_beside_the_mean_of_seeds_is_said_to_be_of_the_typical_one(stopped: list[Recording]) -> None:
    runs = decide(experiment_named("digits_mlp"), {"data": "digits-8x8", "dropout": 0.1}, ["64-16-8-10", "64-1-10"], [])
    compared = [Network.of(runs, stopped)]
    titles = [column.title for column in columns(compared, [None])]
    assert "validation accuracy, typical seed" in titles
    assert "mean test accuracy" in titles


def test_parameters_are_those_that_keras_counts(stopped: list[Recording]) -> None:
    from animviz.experiments.keras.models import network_of

    runs = decide(experiment_named("digits_mlp"), {"data": "digits-8x8"}, ["64-16-8-10", "64-1-10"], [])
    table = {column.title: column.values for column in columns(networks(runs, stopped), [None, None])}
    assert table["parameters"] == tuple(network_of(run).count_params() for run in runs)


def test_markdown_is_aligned_and_csv_is_plain(rings: list[Recording]) -> None:
    runs = decide(experiment_named("two_rings"), {"samples": 150}, ["2-1-2-1", "2-2-2-1"], [])
    table = columns(networks(runs, rings[:2]), [1.5, None])
    lines = text_of(table, ".md").splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].replace("-", "") == "|  | : | : | : | : |"
    assert " –" in lines[3]
    rows = list(csv.DictReader(text_of(table, ".csv").splitlines()))
    assert [row["training seconds"] for row in rows] == ["1.5", ""]
    assert float(rows[0]["training accuracy"]) == rings[0][-1].scores["accuracy"]


# The frame


def laid(width: float, height: float, count: int, **about: Any) -> Layout:
    def function(stage: Stage, recording: Recording) -> Any:
        """Draw."""

    return layout_of(Box(40, 90, width, height), count, scene(**about)(function), lambda _: 36.0)


@pytest.mark.parametrize(
    ("width", "height", "count", "aspect", "columns"),
    [(1200, 600, 4, 2, 2), (1200, 600, 4, 1, 4), (1200, 600, 3, 1.5, 3), (1200, 600, 10, 1, 5), (1200, 600, 12, 1, 6),
     (640, 1100, 4, 2, 1), (640, 640, 4, 1, 2)],
)  # fmt: skip
def test_grid_makes_pictures_large(width: float, height: float, count: int, aspect: float, columns: int) -> None:
    boxes = laid(width, height, count, aspect=aspect).cells
    assert len({box.left for box in boxes}) == columns
    assert len({(box.width, box.height) for box in boxes}) == 1
    assert max(box.right for box in boxes) == pytest.approx(40 + width)
    assert max(box.bottom for box in boxes) == pytest.approx(90 + height)


@given(
    width=st.floats(400, 1200), height=st.floats(400, 1200), count=st.integers(2, 12),
    shapes=st.sampled_from([(1.0,), (2.0, 0.5), (1.5,), ()]),
)  # fmt: skip
def test_cells_and_what_is_left_over_share_the_room(
    width: float, height: float, count: int, shapes: tuple[float, ...]
) -> None:
    found = laid(width, height, count, shapes=shapes)
    places = [*found.cells, *([found.rest] if found.rest else [])]
    for number, box in enumerate(places):
        assert min(box.width, box.height) > 0
        assert box.left >= 40 - 1e-6
        assert box.top >= 90 - 1e-6
        assert box.right <= 40 + width + 1e-6
        assert box.bottom <= 90 + height + 1e-6
        for other in places[:number]:
            assert (
                box.left >= other.right or other.left >= box.right or box.top >= other.bottom or other.top >= box.bottom
            )
    assert (found.rest is None) or count <= 6


@pytest.mark.parametrize("size", [(1200, 570), (640, 480), (640, 1010)])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("shapes", [(1.0,), (2.0, 0.5)])
def test_frame_is_filled(size: tuple[float, float], count: int, shapes: tuple[float, ...]) -> None:
    found = laid(*size, count, shapes=shapes)
    top = min(box.top for box in found.cells) - 90
    bottom = 90 + size[1] - max(box.bottom for box in [*found.cells, *([found.rest] if found.rest else [])])
    assert top == pytest.approx(bottom), "what is left over is shared by both sides"
    assert top + bottom < max(130, 0.16 * size[1]), "or holds the curves"
    assert found.rest is None or found.rest.height >= 110


def test_curves_fill_the_room_that_squares_leave(rings: list[Recording]) -> None:
    split = split_of(cells_of("rings", *rings[:2]))
    first, last = (frame(split, epoch)[200:325].astype(int) for epoch in (0.0, 4.0))
    assert (np.abs(last - first).sum(axis=2) > 100).sum() > 300, "they grow"
    for rows in np.array_split(last, 4):
        assert rows.std() > 5, "no empty band"


@pytest.mark.parametrize("count", [2, 3, 5])
def test_long_names_leave_room_for_the_curves(count: int, rings: list[Recording]) -> None:
    square = small_scene("boundary")
    cells = tuple(CellPicture(Picture(square, rings[k % 4]), "784-128-64-10", "forest:70") for k in range(count))
    stage = Stage((720, 720))
    split_of(cells).painter(stage).paint(Moment(0.0, 2.0))
    widths = [axes.get_position().width * stage.width for axes in stage.figure.axes]
    assert min(widths) > 60


def test_frame_that_is_too_small_is_refused() -> None:
    square = small_scene("boundary")
    check_room((1280, 720), 12, square)
    check_room((640, 360), 10, square)
    with pytest.raises(InputError, match=r"--size 320x180 is too small for 12 pictures; the shorter side needs \d+"):
        check_room((320, 180), 12, square)


@pytest.mark.parametrize(
    ("scene", "size", "theme"),
    [("rings", (640, 360), "dark"), ("rings", (360, 640), "light"), ("boundary", (400, 400), "dark"),
     ("history", (640, 360), "light")],
)  # fmt: skip
def test_rings_share_a_frame(scene: str, size: tuple[int, int], theme: str, rings: list[Recording]) -> None:
    split = split_of(cells_of(scene, *rings))
    first, last = (frame(split, epoch, size, theme) for epoch in (0.0, 4.0))
    assert first.shape == (size[1], size[0], 3)
    assert not np.array_equal(first, last)


@pytest.mark.slow
def test_polynomials_and_digits_share_a_frame(trained: Callable[..., Recording], stopped: list[Recording]) -> None:
    curves = [trained("polynomial", arch=arch) for arch in ("1-3-1", "1-6-1")]
    for name, recordings in (("polyfit", curves), ("confusion", stopped), ("history", stopped)):
        split = split_of(cells_of(name, *recordings))
        assert not np.array_equal(frame(split, 0.0), frame(split, 4.0))


def test_scenes_of_different_kinds_share_a_frame(rings: list[Recording]) -> None:
    split = split_of((*cells_of("rings", rings[2]), *cells_of("history", rings[2])))
    assert frame(split, 2.0).std() > 5


def test_frame_depends_on_its_moment_alone(rings: list[Recording]) -> None:
    painter = split_of(cells_of("rings", *rings)).painter(Stage(SIZE))
    once = painter.paint(Moment(1.0, 2.5)).copy()
    painter.paint(Moment(2.0, 4.0))
    assert np.array_equal(painter.paint(Moment(1.0, 2.5)), once)


def test_cell_is_the_scene_itself_at_that_place(rings: list[Recording]) -> None:
    picture = frame(split_of(cells_of("boundary", *rings[:2])), 3.0)
    cell = CellStage(Stage(SIZE), (200, 200), rings[:2])
    alone = Painter(small_scene("boundary"), rings[0], cell, {}).paint(Moment(0.0, 3.0))
    assert alone.shape == (200, 200, 4)
    assert cell.pixel == 0.5
    # The colours of the tinted plane are found in the left half of the frame.
    left = {tuple(color) for color in picture[:, :320].reshape(-1, 3)[::7]}
    assert len(left & {tuple(color) for color in alone[:, :, :3].reshape(-1, 3)}) > 50


def test_run_that_stopped_holds_its_last_state_and_says_so(stopped: list[Recording]) -> None:
    split = split_of(cells_of("confusion", *stopped))
    assert list(split.epochs) == list(range(7))
    early, at_stop, later = (frame(split, epoch)[:, 322:] for epoch in (1.0, 2.0, 5.0))
    head, cell = slice(40, 80), slice(85, 330)
    assert not np.array_equal(early[head], at_stop[head]), "it says that it stopped"
    assert not np.array_equal(early[cell], at_stop[cell])
    assert np.array_equal(at_stop[head], later[head])
    assert np.array_equal(at_stop[cell], later[cell])


def test_diverged_run_says_so_within_its_cell(trained: Callable[..., Recording]) -> None:
    lost, good = (trained("polynomial", arch=arch, activation="linear", learning_rate=rate)
                  for arch, rate in (("1-3-1", 50.0), ("1-3-1", 0.01)))  # fmt: skip
    picture = frame(split_of(cells_of("polyfit", lost, good)), 4.0)
    box = (np.abs(picture.astype(int) - (0xFF, 0xB4, 0x54)).sum(axis=2) < 60).nonzero()
    assert np.ptp(box[1][box[1] < 320]) < 300, "the frame of the message is whole"
    assert not np.isfinite(lost[-1].scores["loss"])


def test_loss_axes_are_shared(trained: Callable[..., Recording]) -> None:
    low, high = (
        trained("polynomial", arch=arch, learning_rate=rate) for arch, rate in (("1-3-1", 0.001), ("1-6-1", 0.01))
    )
    alone, beside = (CellStage(Stage(SIZE), (300, 200), peers) for peers in ([low], [low, high]))
    for cell in (alone, beside):
        small_scene("history").set_up(cell, low)
    tops = [max(axes.get_ylim()[1] for axes in cell.figure.axes) for cell in (alone, beside)]
    both = [recording.history(name)[1].max() for recording in (low, high) for name in ("loss", "val_loss")]
    assert tops == [pytest.approx(max(both[:2])), pytest.approx(max(both))]


@pytest.mark.slow
def test_workers_draw_the_same_bytes(rings: list[Recording], tmp_path: Path) -> None:
    from animviz.rendering.film import film
    from animviz.rendering.request import Request

    split = split_of(cells_of("boundary", *rings[:2]))
    for workers in (1, 2):
        asked = {"size": (320, 180), "fps": 2.0, "seconds": 20.0, "workers": workers}
        request = Request.of(small_scene("boundary"), tmp_path / f"{workers}.mp4", **asked)
        film(request.plan_of(split), request, command="same")
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()


# The command


def test_compare_trains_writes_and_reuses(cli: Callable[..., Result], tmp_path: Path) -> None:
    outputs = ("-o", "out/t.md", "-o", "out/t.csv", "-o", "out/film.mp4", "--poster", "out/p.png")
    command = ("compare", *RINGS, *SMALL, "--size", "640x360", *outputs)
    first = cli(*command)
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[-3:-1] == ["out/t.md: 2 runs", "out/t.csv: 2 runs"]
    assert first.out.splitlines()[-1].startswith("out/film.mp4: 15 frames, 0.5 s, 640x360")
    assert first.out.startswith((tmp_path / "out" / "t.md").read_text(encoding="utf-8"))
    assert sorted(path.name for path in (tmp_path / "renders").iterdir()) == [
        f"two_rings-{arch}-samples-100-epochs-3{suffix}"
        for arch in ("2-1-2-1", "2-3-2-1")
        for suffix in (".rec", ".time.json")
    ]  # fmt: skip
    assert iio.imread(tmp_path / "out" / "p.png").shape == (360, 640, 3)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in ("t.md", "t.csv", "film.mp4")}
    again = cli(*command)
    assert again.err.count("which is there already") == 2
    assert before == {name: (tmp_path / "out" / name).read_bytes() for name in before}
    assert "two_rings-2-1-2-1" not in cli("info", "out/film.mp4").err
    drawn = cli("render", "boundary", "--arch", "2-1-2-1", *SMALL, "--size", "160x90")
    assert "drawing from renders/two_rings-2-1-2-1-samples-100-epochs-3.rec, which is there already" in drawn.err


@pytest.mark.thorough
def test_time_is_left_out_where_it_is_of_another_training(cli: Callable[..., Result], tmp_path: Path) -> None:
    command = ("compare", *RINGS, *SMALL, "-o", "t.md")
    assert "training seconds" in cli(*command).out
    for path in (tmp_path / "renders").glob("*.time.json"):
        note = json.loads(path.read_text())
        assert 0 < note["seconds"] < 60
        path.write_text(json.dumps(note | {"recording": "another"}))
    assert "training seconds" not in cli(*command).out


@pytest.mark.thorough
def test_outputs_have_a_default(cli: Callable[..., Result], tmp_path: Path) -> None:
    result = cli("compare", *RINGS, *SMALL, "--size", "640x360")
    assert (result.code, result.err) == (0, "")
    names = {path.name for path in (tmp_path / "renders").iterdir()}
    assert {"compare-two_rings.md", "compare-two_rings.mp4"} <= names


@pytest.mark.slow
def test_digits_are_compared_with_their_reductions(cli: Callable[..., Result], tmp_path: Path) -> None:
    command = (
        "compare",
        "--data",
        "digits-8x8",
        "--arch",
        "*-8-*",
        "--reduce",
        "none",
        "--reduce",
        "pca:9",
        "--epochs",
        "2",
        "--batch-size",
        "647",
    )
    result = cli(*command, "-o", "t.csv", "--early-stopping", "1")
    assert (result.code, result.err) == (0, "")
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert [(row["network"], row["data"]) for row in rows] == [("64-8-10", ""), ("9-8-10", "pca:9")]
    assert list((tmp_path / "renders").glob("digits_mlp-9-8-10-pca_9*.rec"))


def test_ctrl_c_keeps_finished_runs_and_names_them(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from animviz.experiments.keras import record as training

    real = training.record

    def record(run: object, path: Path, *others: object) -> Recording:
        if "2-3-2-1" in path.name:
            raise KeyboardInterrupt
        return real(run, path, *others)

    monkeypatch.setattr("animviz.experiments.keras.record.record", record)
    result = cli("compare", *RINGS, *SMALL, "-o", "t.md", "-o", "film.mp4")
    assert result.code == 130
    assert result.err == (
        "animviz: stopped; finished and kept: renders/two_rings-2-1-2-1-samples-100-epochs-3.rec; "
        "the same command goes on with run 2 of 2\n"
    )
    assert Recording(tmp_path / "renders" / "two_rings-2-1-2-1-samples-100-epochs-3.rec").manifest.finished
    assert not (tmp_path / "t.md").exists()


def test_scene_that_cannot_draw_is_refused_before_the_first_epoch(cli: Callable[..., Result], tmp_path: Path) -> None:
    result = cli("compare", *RINGS, *SMALL, "--scene", "polyfit", "-o", "film.mp4")
    assert result.code == 2
    assert "polyfit" in result.err
    assert not list(tmp_path.iterdir())


def test_help_of_compare_shows_the_experiments_options(cli: Callable[..., Result]) -> None:
    text = " ".join(cli("compare", "--help").out.split())
    assert "--reduce" in text
    assert "Experiment digits_mlp" in text
    other = " ".join(cli("compare", "--experiment", "two_rings", "--help").out.split())
    assert "--reduce" not in other
    for part in ("--noise", "--grid", "--early-stopping", "--pace", "Scene rings"):
        assert part in other
    assert "--model" not in other


BAD = {
    "one run": ("--arch 2-3-2-1", "a single run"),
    "one run of several seeds": (
        "--arch 2-3-2-* --seeds 0-2",
        "--arch 2-3-2-1 --arch ANOTHER; --seeds repeats networks",
    ),
    "twice": ("--arch 2-3-2-1 --arch 2-3-2-*", "2-3-2-1 is asked for twice"),
    "does not fit": ("--arch 2-3-2-1 --arch 3-3-1", "two_rings needs 2 inputs: 3-3-1 has 3"),
    "reduction of points": ("--arch 2-3-1 --arch 2-2-1 --reduce pca:1", "No such option"),
    "extension": ("--arch 2-3-1 --arch 2-2-1 -o film.avi", "no encoder for '.avi'"),
    "extension of a table": ("--arch 2-3-1 --arch 2-2-1 -o table.xlsx", "no encoder for '.xlsx'"),
    "two videos": ("--arch 2-3-1 --arch 2-2-1 -o a.mp4 -o b.gif", "names 2 videos, a.mp4 and b.gif"),
    "same table twice": ("--arch 2-3-1 --arch 2-2-1 -o a.md -o a.md", "-o names a.md twice"),
    "table is a folder": ("--arch 2-3-1 --arch 2-2-1 -o folder.md", "is a folder"),
    "table unwritable": ("--arch 2-3-1 --arch 2-2-1 -o /dev/null/t.md", "cannot be written"),
    "video unwritable": ("--arch 2-3-1 --arch 2-2-1 -o /dev/null/t.mp4", "cannot be written"),
    "too small": ("--arch 2-3-1 --arch 2-2-1 --size 128x64", "too small for 2 pictures"),
    "seconds": ("--arch 2-3-1 --arch 2-2-1 --seconds 1 --hold-end 1", "leave no time for motion"),
    "scene unknown": ("--arch 2-3-1 --arch 2-2-1 --scene nonsense", "no scene 'nonsense'"),
    "epochs": ("--arch 2-3-1 --arch 2-2-1 --epochs 0", "--epochs is 0"),
    "stopping without validation": ("--arch 2-3-1 --arch 2-2-1 --early-stopping 2", "needs validation data"),
    "argument": ("--arch 2-3-1 --arch 2-2-1 more", "unexpected extra argument"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gives_one_line_before_training(
    case: str, cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train(*_: object) -> None:
        pytest.fail("it went on to train")

    monkeypatch.setattr("animviz.experiments.keras.record.record", train)
    (tmp_path / "folder.md").mkdir()
    arguments, message = BAD[case]
    result = cli("compare", "--experiment", "two_rings", *arguments.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert message in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.md"]


@pytest.mark.slow
def test_a_hidden_layer_of_one_unit_stays_far_below(cli: Callable[..., Result], tmp_path: Path) -> None:
    arches = [word for arch in ("784-128-1-10", "784-128-10") for word in ("--arch", arch)]
    assert cli("compare", *arches, "--dropout", "0", "-o", "t.csv").code == 0
    one, many = (float(row["test accuracy"]) for row in csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert many > 0.85
    assert one < many - 0.4


@pytest.mark.thorough
def test_seeds_are_trained_compared_and_drawn(cli: Callable[..., Result], tmp_path: Path) -> None:
    done = cli("compare", *RINGS, *SMALL, "--seeds", "0,2", "-o", "a.csv", "-o", "a.mp4", "--size", "640x360")
    assert done.code == 0, done.err
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["network"] for row in rows] == ["2-1-2-1", "2-3-2-1"]
    assert all(float(row["lowest"]) <= float(row["mean training accuracy"]) <= float(row["highest"]) for row in rows)
    assert len(list((tmp_path / "renders").glob("*.rec"))) == 4
    assert done.out.splitlines()[-1].startswith("a.mp4: 15 frames, 0.5 s, 640x360")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--seeds", "0-3", "--seed", "1"), "--seed cannot go with --seeds"),
        (("--seeds", "1,x"), "--seeds is '1,x'"),
        (("--seeds", "0-40"), "expected 20 numbers at most"),
        (("--preset", "ten-experiments", "--experiment", "lenet"), "--experiment cannot go with --preset"),
    ],
)
def test_what_does_not_go_together_is_refused_before_training(
    arguments: tuple[str, ...], message: str, cli: Callable[..., Result], tmp_path: Path
) -> None:
    done = cli("compare", *([] if "--preset" in arguments else RINGS), *arguments)
    assert done.code == 2
    assert message in done.err
    assert not (tmp_path / "renders").exists()

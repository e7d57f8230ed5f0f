"""Scenes of embeddings: what they state is what scikit-learn says of the places drawn, and nothing is computed twice."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.cli.main import main
from animviz.embed import embedding_of, stored_embeddings
from animviz.embed.sets import layers_of, sets_of
from animviz.embed.votes import NEIGHBOURS, accuracies, neighbourhoods
from animviz.errors import SceneError
from animviz.parts.tags import apart
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.layers import Layer
from helpers import layout
from helpers.meaning import said
from helpers.recordings import copied

pytestmark = pytest.mark.integration  # drawn from real trainings

SIZE = (640, 360)
SOME = 200


@pytest.fixture(scope="module")
def digits(trained: Callable[..., Recording], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A recording of our own: embeddings are written into it."""
    return copied(trained("digits_mlp"), tmp_path_factory.mktemp("embedded") / "digits.rec")


def texts(name: str, recording: Recording, epoch: float, size: tuple[int, int] = SIZE, **options: object) -> list[str]:
    stage = Stage(size)
    find_scene(name).set_up(stage, recording, **options)(animviz.Moment(seconds=0.0, epoch=epoch))
    stage.paint()
    return layout.texts(stage)


def test_numbers_are_those_of_the_last_true_epoch(digits: Recording) -> None:
    shown = texts("pca", digits, 2.6, samples=SOME)
    sets = sets_of(digits, SampleLabels.of(digits), SOME)
    for layer in ("input", "hidden_1", "hidden_2"):
        done = embedding_of(
            digits, layer, method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels, place_inputs=sets.place,
            place_labels=sets.place_labels,
        )  # fmt: skip
        assert f"{100 * done.scores.placed_accuracy[2]:.1f} %" in shown
        assert f"{done.scores.trustworthiness[2]:.3f}" in shown
        assert f"{100 * done.shares.sum():.0f} %" in shown
    assert f"{100 * digits[2].scores['accuracy']:.1f} %" in shown


def test_knn_equals_scikit_learn(digits: Recording) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    found = neighbourhoods(digits, samples=SOME, method="pca")
    sets = found.sets
    assert found.layers == ["input", "hidden_1", "hidden_2"]
    for row, layer in zip(found.values, found.layers, strict=True):
        done = embedding_of(
            digits, layer, method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels, place_inputs=sets.place,
            place_labels=sets.place_labels,
        )  # fmt: skip
        for index in (0, 4):
            for value, count in zip(row[index], NEIGHBOURS, strict=True):
                model = KNeighborsClassifier(count).fit(done.positions[index], sets.fit_labels)
                assert value == model.score(done.placed[index], sets.place_labels)
    shown = texts("knn", digits, 3.4, samples=SOME, method="pca")
    assert {f"{100 * value:.1f} %" for value in found.values[:, 3].ravel()} <= set(shown)


def test_without_training_samples_each_is_named_by_the_others(digits: Recording, tmp_path: Path) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    alone = without_training(digits, tmp_path / "alone.rec")
    sets = sets_of(alone, SampleLabels.of(alone), SOME)
    assert sets.place is None
    done = embedding_of(alone, "hidden_2", method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels)
    for value, count in zip(accuracies(done, sets)[-1], NEIGHBOURS, strict=True):
        model = KNeighborsClassifier(count).fit(done.positions[-1], sets.fit_labels)
        assert value == np.mean(model.predict(None) == sets.fit_labels)
    assert any("each named by 3, 5 or 10 neighbours" in text for text in texts("knn", alone, 1.0, method="pca"))
    assert not any("training" in text for text in texts("pca", alone, 1.0))


def without_training(recording: Recording, path: Path) -> Recording:
    from safetensors.numpy import save_file

    copied(recording, path)
    save_file({"inputs": recording.inputs, "labels": recording.labels}, path / "inputs.safetensors")
    return Recording(path)


@pytest.mark.integration
def test_drawing_again_computes_nothing_and_imports_nothing_heavy(digits: Recording) -> None:
    first = animviz.frame_at("umap", digits, 1.5, size=SIZE, samples=SOME, layers="hidden_2")
    files = {path: path.stat().st_mtime_ns for path in (digits.path / "embeddings").iterdir()}
    code = f"""
import sys, animviz
frame = animviz.frame_at("umap", animviz.Recording({str(digits.path)!r}), 1.5, size={SIZE}, samples={SOME}, layers="hidden_2")
assert not {{"umap", "sklearn", "numba", "scipy.sparse", "tensorflow", "keras"}} & sys.modules.keys()
sys.stdout.buffer.write(frame.tobytes())
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=dict(os.environ))
    assert done.stdout == first.tobytes()
    assert {path: path.stat().st_mtime_ns for path in (digits.path / "embeddings").iterdir()} == files


@pytest.mark.integration
def test_tsne_draws(digits: Recording) -> None:
    pytest.importorskip("openTSNE")
    options = {"samples": 120, "layers": "hidden_2", "perplexity": 10.0}
    frames = [animviz.frame_at("tsne", digits, epoch, size=SIZE, **options) for epoch in (0.0, 4.0)]
    assert not np.array_equal(*frames)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": "nonsense"}, "pca: no layer 'nonsense'.* has input, .*hidden_1"),
        ({"layers": "input,hidden_1,hidden_2,output"}, "--layers names 4 layers; expected at most 3"),
    ],
)
def test_layers_that_cannot_be_drawn_are_refused(digits: Recording, options: dict[str, str], message: str) -> None:
    with pytest.raises(SceneError, match=message):
        animviz.frame_at("pca", digits, 0.0, samples=SOME, **options)


def test_fewer_samples_than_neighbours_is_one_clear_line(digits: Recording) -> None:
    with pytest.raises(SceneError, match=r"umap: layer 'input': 20 samples are too few for n_neighbors 30; needs 31"):
        animviz.frame_at("umap", digits, 0.0, samples=20, n_neighbors=30)


def test_votes_of_a_regression_are_refused(digits: Recording, tmp_path: Path) -> None:
    curve = copied(digits, tmp_path / "curve.rec", **said(digits, task="regression"))
    with pytest.raises(
        SceneError, match=r"knn draws labels of classes; .* was recorded with regression; for that there are"
    ):
        animviz.frame_at("knn", curve, 0.0)


def test_trails_thumbnails_and_space_change_the_picture(digits: Recording) -> None:
    def drawn(seconds: float = 0.0, **options: object) -> np.ndarray:
        stage = Stage((1280, 720))
        draw = find_scene("pca").set_up(stage, digits, samples=SOME, **options)
        draw(animviz.Moment(seconds=seconds, epoch=3.5))
        return stage.frame()

    plain = drawn(thumbnails=0)
    assert not np.array_equal(plain, drawn(thumbnails=0, trails=2))
    assert not np.array_equal(plain, drawn(thumbnails=5))
    assert np.array_equal(plain, drawn(5.0, thumbnails=0))
    assert not np.array_equal(drawn(thumbnails=0, dimensions=3), drawn(5.0, thumbnails=0, dimensions=3))


def test_two_classes_in_the_plane(rings_recording: Recording, tmp_path: Path) -> None:
    rings = copied(rings_recording, tmp_path / "rings.rec")
    assert animviz.frame_at("pca", rings, 2.0, size=SIZE).std() > 0


def test_names_that_are_too_many_or_too_long(digits: Recording, tmp_path: Path) -> None:
    names = [f"a class with quite a long name {number}" for number in range(10)]
    named = copied(digits, tmp_path / "named.rec", **said(digits, class_names=names))
    shown = texts("pca", named, 4.0, size=(720, 720), samples=SOME)
    assert any("of 10 classes" in text for text in shown)


def test_convnets_show_the_input_and_the_last_layers() -> None:
    kinds = {
        "conv_1": "Conv2D",
        "pool_1": "AveragePooling2D",
        "flatten": "Flatten",
        "dropout": "Dropout",
        "dense": "Dense",
    }
    layers = [Layer(name=name, kind=kind) for name, kind in kinds.items()] + [Layer(name="output", kind="Dense")]
    untrained = SimpleNamespace(snapshot=SimpleNamespace(stored=list(kinds)), basis=None)
    lenet: Any = SimpleNamespace(
        layers=layers, basis=SimpleNamespace(has_one_input=True), path="lenet.rec", at=lambda epoch: untrained
    )
    assert layers_of(lenet, "", 3, "umap") == (["input", "pool_1", "dense"], "2 of 3 hidden layers")
    assert layers_of(lenet, "", 8, "knn") == (["input", "conv_1", "pool_1", "dense"], "")
    assert layers_of(lenet, "output, input", 3, "umap") == (["output", "input"], "")


def test_names_are_pushed_apart() -> None:
    random = np.random.default_rng(0)
    middles = random.normal(0, 5, (10, 2))
    sizes = np.tile([40.0, 25.0], (10, 1))
    places = apart(middles, sizes)
    between = np.abs(places[:, None] - places) / sizes[0]
    overlap = (between.max(axis=2) < 0.9) & ~np.eye(10, dtype=bool)
    assert not overlap.any()
    assert np.abs(apart(middles + 1e-6, sizes) - places).max() < 1e-3
    assert np.isnan(apart(np.array([[np.nan, np.nan], [1.0, 1.0]]), sizes[:2])[0]).all()


def test_scores_are_printed_and_written(digits: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--method", "pca", "--samples", str(SOME)]
    targets = [tmp_path / "out.md", tmp_path / "new" / "out.csv"]
    capsys.readouterr()
    main_quietly(["scores", str(digits.path), *options, *(f"--table={target}" for target in targets)])
    out = capsys.readouterr().out
    found = neighbourhoods(digits, samples=SOME, method="pca").values[:, -1]
    assert f"{found[0, 0]:.4f} | " in out
    assert targets[0].read_text() in out
    rows = [line.split(",") for line in targets[1].read_text().splitlines()]
    assert rows[0] == ["layer", "3 neighbours", "5 neighbours", "10 neighbours"]
    assert [[float(value) for value in row[1:]] for row in rows[1:]] == found.tolist()
    assert not (tmp_path / "out.txt").exists()


def test_another_kind_of_table_is_refused(digits: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scores", str(digits.path), "--table", "out.txt"])
    assert "--table is out.txt; expected a name that ends in .md or .csv" in capsys.readouterr().err


def test_info_names_every_stored_embedding(digits: Recording, capsys: pytest.CaptureFixture[str]) -> None:
    animviz.frame_at("pca", digits, 0.0, size=SIZE, samples=SOME)
    capsys.readouterr()
    main_quietly(["info", str(digits.path)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("embedding")]
    assert len(lines) == len(list(stored_embeddings(digits)))
    assert any("pca of hidden_2, mean of 5 epochs: step 0." in line and "trustworthiness 0." in line for line in lines)


def main_quietly(arguments: list[str]) -> None:
    """Run a command that succeeds, which may or may not exit."""
    try:
        main(arguments)
    except SystemExit as done:
        assert not done.code  # noqa: PT017


@pytest.mark.slow
def test_each_layer_tells_the_classes_apart_better_than_the_one_before(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp", data="mnist-5k", arch="784-256-64-10", epochs=20, dropout=0.5)
    raw, first, second = neighbourhoods(recording, threads=2).values[:, -1].mean(axis=1)
    assert raw + 0.05 < first < second

"""Scenes of embeddings: what they state is what scikit-learn says of the places drawn, and nothing is computed twice."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Box, Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.cli.main import main
from animviz.embed import Embedding, embedding_of, stored_embeddings
from animviz.embed.sets import Sets, layers_of, sets_of
from animviz.embed.votes import (
    NEIGHBOURS,
    accuracies,
    agreements_of_classes,
    neighbourhoods,
    share_named,
    shares_of_classes,
)
from animviz.errors import SceneError
from animviz.parts import Tags
from animviz.parts.tags import apart, chips
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.layers import Layer
from animviz.scenes.families.embedding import _times
from animviz.scenes.families.embedding_insets import rim_places
from animviz.scenes.families.embedding_spread import filling
from animviz.scenes.families.embedding_way import Way
from animviz.scenes.families.embedding_words import directions, headline
from animviz.scenes.families.neighbour_votes import in_layer, in_layout
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


def texts(name: str, recording: Recording, moment: float, size: tuple[int, int] = SIZE, **options: object) -> list[str]:
    stage = Stage(size)
    find_scene(name).set_up(stage, recording, **options)(animviz.Moment(seconds=0.0, epoch=moment))
    stage.paint()
    return layout.texts(stage)


def layout_of(recording: Recording, layer: str) -> Embedding:
    sets = sets_of(recording, SampleLabels.of(recording), SOME)
    labels = {"fit_labels": sets.fit_labels, "place_labels": sets.place_labels}
    return embedding_of(recording, layer, method="pca", fit_inputs=sets.fit, place_inputs=sets.place, **labels)


def test_bars_blend_and_the_header_is_of_the_last_true_epoch(digits: Recording) -> None:
    shown = texts("pca", digits, 2.6, samples=SOME)
    for layer in ("input", "hidden_1", "hidden_2"):
        votes = layout_of(digits, layer).scores.placed_accuracy
        assert f"{100 * (votes[2] + 0.6 * (votes[3] - votes[2])):.1f}" in shown
    sets = sets_of(digits, SampleLabels.of(digits), SOME)
    values = digits.at(2.0).activations("hidden_2", sets.fit)
    kept = layout_of(digits, "hidden_2").positions[2].var(axis=0).sum() / values.var(axis=0).sum()
    assert {f"{100 * kept:.0f} %", f"{100 * digits[2].scores['accuracy']:.1f} %"} <= set(shown)
    wrong = digits.at(2.0).outputs().argmax(axis=1) != digits.labels
    assert f"{wrong[sets.shown].sum()} wrong" in shown


def test_the_table_at_the_end_is_what_scikit_learn_says(digits: Recording) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    sets, last = sets_of(digits, SampleLabels.of(digits), SOME), len(digits) - 1
    shown = texts("pca", digits, 4.0, samples=SOME)
    assert "3" not in set(texts("pca", digits, 3.9, samples=SOME, title="")) - set(digits.label_names)
    assert "in the plane" in shown
    for layer in ("input", "hidden_1", "hidden_2"):
        done = layout_of(digits, layer)
        flat = [digits.at(4.0).activations(layer, part).reshape(len(part), -1) for part in (sets.fit, sets.place)]
        planes = done.positions[last], done.placed[last]
        for found, (known, new) in ((in_layout(done, last, sets), planes), (in_layer(digits, layer, last, sets), flat)):
            for value, count in zip(found, NEIGHBOURS, strict=True):
                model = KNeighborsClassifier(count).fit(known, sets.fit_labels)
                assert value == pytest.approx(model.score(new, sets.place_labels), abs=1.5 / SOME)  # float32 ties
                assert f"{100 * value:.1f}" in shown


def test_without_training_samples_each_is_named_by_the_others(digits: Recording, tmp_path: Path) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    alone = without_training(digits, tmp_path / "alone.rec")
    sets = sets_of(alone, SampleLabels.of(alone), SOME)
    assert sets.place is None
    done = embedding_of(alone, "hidden_2", method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels)
    for value, count in zip(in_layout(done, -1, sets), NEIGHBOURS, strict=True):
        model = KNeighborsClassifier(count).fit(done.positions[-1], sets.fit_labels)
        assert value == np.mean(model.predict(None) == sets.fit_labels)
    assert accuracies(done, sets)[-1].tolist() == in_layout(done, -1, sets)
    assert "training" not in texts("pca", alone, 1.0)


def way(plane: list[float], before: list[float] | None = None) -> Way:
    """Return shares of a thousand samples in three layers, where not told before the layout those of the plane."""
    return Way(["input", "first hidden layer", "second hidden layer"], plane, before or plane, 1000)


@pytest.mark.parametrize(
    ("names", "shares", "said"),
    [
        ("0123456789", (0.4, 0.9), "Ten digits part"),
        ("0123456789", (0.4, 0.9, way([0.7, 0.8, 0.9])), "Ten digits part, layer by layer"),
        ("0123456789", (0.4, 0.9, way([0.7, 0.8, 0.9], [0.9, 0.9, 0.9])), "Ten digits part in the second hidden layer"),
        ("0123456789", (0.6, 0.91, way([0.82, 0.905, 0.909])), "Ten digits part in the second hidden layer"),
        ("0123456789", (0.6, 0.91, way([0.82, 0.83, 0.909])), "Ten digits part in the second hidden layer"),
        ("0123456789", (0.72, 0.91, way([0.8, 0.82, 0.91])), "Ten digits part further in the second hidden layer"),
        (
            "0123456789",
            (0.2, 0.82, way([0.89, 0.89, 0.82])),
            "Ten digits part in the second hidden layer, less than in the input",
        ),
        ("ab", (1.0, 0.982, way([1.0, 0.987, 0.982])), "Two classes, apart in the input, mix a little"),
        ("ab", (0.8, 0.82, way([1.0, 0.9, 0.82])), "Two classes, apart in the input, mix"),
        ("ab", (1.0, 0.98, way([0.97, 0.98, 0.98])), "Two classes, apart at the start, mix a little"),
        ("ab", (1.0, 0.999, way([1.0, 1.0, 0.999])), "Neighbours tell two classes apart from the start"),
        ("ab", (0.5, 0.6), "Two classes part, though not all"),
        ("ab", (0.9, 0.92), "Neighbours tell two classes apart from the start"),
        ("ab", (0.2, 0.4), "Two classes stay mixed"),
        ("ab", (0.9, 0.4), "Two classes mix"),
        ("ab", (0.9, 0.8), "Two classes mix a little"),
        ([f"c{k}" for k in range(40)], (0.1, 0.8), "40 classes part"),
        ("a", (1.0, 1.0), "How the layers arrange one class"),
        ("", (0.0, 0.0), "How the layers arrange the samples"),
    ],
)
def test_titles_say_what_happens(names: Sequence[str], shares: tuple[Any, ...], said: str) -> None:
    assert headline(list(names), *shares, images=True) == said
    assert headline(list(names), *shares) == said.replace("digits", "classes")


@pytest.mark.parametrize(
    ("factor", "said"), [(1.0, ""), (1.3, "1.3"), (99.7, "100"), (313.0, "310"), (41_700, "42,000")]
)
def test_how_much_an_epoch_is_enlarged_is_written_out(factor: float, said: str) -> None:
    assert _times(factor) == (said and f"enlarged {said} times")


@pytest.mark.parametrize(
    ("plane", "said"),
    [([0.82, 0.905, 0.909], "The first hidden layer parts"), ([0.82, 0.83, 0.909], "The second hidden layer parts")],
)
def test_titles_of_one_moment_name_the_layer_that_gains(plane: list[float], said: str) -> None:
    assert headline(list("ab"), 0.6, 0.91, way(plane), first="the first layer on") == f"{said} two classes"


@pytest.mark.parametrize(
    ("shares", "classes", "said"),
    [
        ([0.74, 0.77, 0.8], "ab", "From input to output, two classes part"),
        ([0.9, 0.9, 0.9], "ab", "Neighbours tell two classes apart from the input on"),
        ([0.88, 0.92, 0.91], "ab", "The first hidden layer parts two classes further"),
        ([0.9, 0.5, 0.4], "ab", "From input to output, two classes mix"),
        ([0.6, 0.6, 0.6], ["off the map", "on it"], "From input to output, two classes stay half mixed"),
        ([0.6, 0.6, 0.8], ["a"], "How the layers arrange one class"),
    ],
)
def test_titles_name_both_ends_where_they_name_no_place(shares: list[float], classes: Sequence[str], said: str) -> None:
    found = headline(classes, shares[0], shares[-1], way(shares), first="the input on", between="from input to output")
    assert found == said


def test_titles_name_the_classes_that_are_not_apart() -> None:
    assert headline(["a", "b"], 0.9, 0.9, mixed=["b"]) == "Neighbours tell two classes apart from the start, but for b"
    assert headline(list("abc"), 0.2, 0.8, mixed=["a", "b"]) == "Three classes part, but for a and b"
    assert (
        headline(["a", "b"], 0.9, 0.9, first="the first layer on")
        == "Neighbours tell two classes apart from the first layer on"
    )


def test_classes_that_neighbours_name_wrongly_are_not_apart() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [40, 40, 10])
    places = rng.normal(size=(90, 2)) + 20 * np.minimum(labels, 1)[:, None]  # the few are among the second class
    sets = Sets(places, labels, None, None, np.arange(90), "", "", True)
    shares = shares_of_classes(places, None, sets, 5)
    assert shares[0] == 1.0
    assert shares[1] > 0.5 > shares[2]
    all_of_them = sum(shares[k] * count for k, count in enumerate([40, 40, 10])) / 90
    assert share_named(places, None, sets, [5]) == [pytest.approx(all_of_them)]


def test_titles_of_directions_name_the_classes_that_stand_apart() -> None:
    def said(apart: Sequence[str], names: Sequence[str] = "0123456789", *, alone: bool = False) -> str:
        return directions(list(names), list(apart), 2, 64, images=True, alone=alone)

    assert said("") == "Two of 64 directions tell no digit apart in the end"
    assert said("6", alone=True) == "Two of 64 directions tell 6 apart"
    assert said("179") == "Two of 64 directions tell 1, 7 and 9 apart in the end"
    assert said("12345") == "Two of 64 directions tell five of ten digits apart in the end"
    assert said("0123456789", alone=True) == "Two of 64 directions tell all ten digits apart"
    assert said(["in", "out"], ["in", "out"]) == "Two of 64 directions tell both classes apart in the end"
    assert said([], ["in", "out"], alone=True) == "Two of 64 directions tell no class apart"
    long = ["a class with a long name", "another class with a name"]
    assert said(long, [*long, "c"]) == "Two of 64 directions tell two of three classes apart in the end"


def test_a_class_stands_apart_where_neither_it_nor_others_are_mistaken() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [40, 40, 10])
    places = rng.normal(size=(90, 2)) + 20 * np.minimum(labels, 1)[:, None]  # the few are among the second class
    sets = Sets(places, labels, None, None, np.arange(90), "", "", True)
    shares = agreements_of_classes(places, None, sets, 5)
    assert shares[0] == 1.0
    assert shares[2] < 0.5 < shares[1] < shares_of_classes(places, None, sets, 5)[1]


def test_every_epoch_fills_the_plane_in_its_own_directions(digits: Recording) -> None:
    done, plane = layout_of(digits, "hidden_2"), Box(0, 0, 600, 400)
    drawn, factors = filling(done, plane)
    assert done.placed is not None
    assert drawn.placed is not None
    reach = np.maximum(np.abs(drawn.positions).max(axis=1), np.abs(drawn.placed).max(axis=1)) / [1.5, 1]
    assert reach.max(axis=1) == pytest.approx(reach[-1].max(), rel=1e-4)
    assert factors[-1] == 1
    for index, factor in enumerate(factors):
        moved = drawn.placed[index] - factor * done.placed[index]
        np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-4)
    for epoch, enlarged in ((0.0, True), (4.0, False)):
        shown = texts("pca", digits, epoch, size=(1280, 720), samples=SOME)
        assert any(text.startswith("enlarged ") for text in shown) is enlarged


def test_images_stand_at_the_rim_apart_from_the_crowd_and_their_lines_do_not_cross() -> None:
    plane, size = Box(100, 50, 500, 400), np.array([50.0, 50.0])
    rng = np.random.default_rng(0)
    crowd = np.array([350.0, 250.0]) + 60 * rng.normal(size=(500, 2))
    samples = np.array([[300.0, 200.0], [310.0, 205.0], [400.0, 300.0], [340.0, 190.0]])
    places = rim_places(plane, size, crowd, samples)
    assert np.isfinite(places).all()
    for place in places:
        assert not (np.abs(crowd - place) < size / 2).all(axis=1).any()
        at_edge = [place[0] - 25 - 100, 600 - place[0] - 25, place[1] - 25 - 50, 450 - place[1] - 25]
        assert 0 <= min(at_edge) < 20
    apart = np.abs(places[:, None] - places).max(axis=2)[~np.eye(4, dtype=bool)]
    assert apart.min() >= 50
    way = np.linalg.norm(places - samples, axis=1).sum()
    assert way <= np.linalg.norm(places[[1, 0, 2, 3]] - samples, axis=1).sum()
    everywhere = np.stack(np.meshgrid(np.arange(100, 600, 10), np.arange(50, 450, 10)), axis=-1).reshape(-1, 2)
    assert np.isnan(rim_places(plane, size, everywhere, samples)).all()


def test_what_epochs_share_is_said(digits: Recording) -> None:
    for options, words in (
        ({"epoch": 3.0}, "this epoch is laid out alone"),
        ({"weight": 0.0}, "each epoch is laid out alone"),
        ({}, "epochs are held together as far as neighbours stay"),
    ):
        shown = texts("umap", digits, 1.0, samples=60, layers="hidden_2", **options)
        assert words in " ".join(shown)
    alone = texts("umap", digits, 1.0, samples=60, layers="hidden_2", epoch=3.0)
    assert "3" in alone
    assert "in the plane" in alone


def test_colours_by_the_predicted_class(digits: Recording, trained: Callable[..., Recording]) -> None:
    true, predicted = (
        animviz.frame_at("pca", digits, 1.0, size=SIZE, samples=SOME, by=by) for by in ("true", "predicted")
    )
    assert not np.array_equal(true, predicted)
    with pytest.raises(SceneError, match=r"pca: --by value needs values as labels; .* has classes as labels; use --by"):
        animviz.frame_at("pca", digits, 0.0, by="value")
    with pytest.raises(SceneError, match=r"pca: --by predicted needs answers of classes; .* has none; use --by true"):
        animviz.frame_at("pca", trained("polynomial"), 0.0, by="predicted")


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
        (
            {"layers": "input,hidden_1,hidden_2,output,flatten,dropout_1,dropout_2"},
            "--layers names 7 layers; expected at most 6",
        ),
    ],
)
def test_layers_that_cannot_be_drawn_are_refused(digits: Recording, options: dict[str, str], message: str) -> None:
    with pytest.raises(SceneError, match=message):
        animviz.frame_at("pca", digits, 0.0, samples=SOME, **options)


def test_fewer_samples_than_neighbours_is_one_clear_line(digits: Recording) -> None:
    with pytest.raises(SceneError, match=r"umap: layer 'input': 20 samples are too few for n_neighbors 30; needs 31"):
        animviz.frame_at("umap", digits, 0.0, samples=20, n_neighbors=30)


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
        layers=layers,
        basis=SimpleNamespace(has_one_input=True),
        path="lenet.rec",
        epochs=[0.0],
        at=lambda epoch: untrained,
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


def test_names_on_patches_stand_out_from_every_class() -> None:
    for theme in ("dark", "light"):
        stage = Stage((1280, 720), theme)
        chosen, pictures = chips(stage, [str(k) for k in range(10)], 1e6)
        assert chosen.tolist() == list(range(10))
        for picture in pictures:
            solid = picture[picture[..., 3] == 255][:, :3].astype(int).sum(axis=1)
            assert np.ptp(solid) > 200


def test_names_at_the_outer_side_of_their_classes_stand_farther_from_the_middle() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 60)
    ways = np.array([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]])
    places = ways[labels] * rng.uniform(0, 1, (180, 1)) + rng.normal(0, 0.02, (180, 2))
    stage = Stage((640, 360))
    axes = stage.axes(Box(400, 100, 500, 500), (-1.2, 1.2), (-1.2, 1.2))
    named = np.arange(3), [np.zeros((10, 10, 4), np.uint8)] * 3
    inner, outer = (Tags(stage, axes, labels, named, outward=outward) for outward in (False, True))
    middle = inner.in_pixels(np.zeros((1, 2)))
    near, far = (np.linalg.norm(tags.places(places) - middle, axis=1) for tags in (inner, outer))
    assert (far > 1.3 * near).all()

"""The contract of scenes, over every scene that is installed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

import animviz
from animviz import Recording, Stage
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.pictures.scene import GROUPS
from animviz.scenes.families.pinned import pins_of
from animviz.stage.words import Words
from helpers.drawn import LARGE, SIZE, Drawn, files
from helpers.layout import check_layout, texts
from helpers.recordings import copied, lost, made, rewritten

# Their limits come from the states, and where all have diverged there is none.
LIMITS_FROM_STATES = (
    "rings", "boundary", "polyfit", "hidden", "digits", "ensemble", "unit", "ridgelines", "margins",
    "predictions", "probabilities", "network", "importance", "umap", "tsne", "pca", "layers", "unfold", "landscape", "grokking",
    "signal", "manifold", "features",
    "collapse",
    "flow",
)  # fmt: skip
ONE_AN_EPOCH = animviz.Pacing(fps=1, pace=1, hold_start=0, hold_end=0)


def still(name: str, recording: Recording, epoch: float, **options: object) -> np.ndarray:
    return animviz.frame_at(name, recording, epoch, **{"size": SIZE, **options})


@pytest.mark.contract
def test_frame_is_an_rgb_array_of_the_asked_size(drawn: Drawn) -> None:
    assert {(frame.shape, frame.dtype) for frame in drawn.frames} == {((SIZE[1], SIZE[0], 3), np.dtype(np.uint8))}


@pytest.mark.contract
def test_frames_in_any_order_equal_those_in_order(drawn: Drawn) -> None:
    shuffled, _ = drawn.shuffled
    assert len(shuffled) == len(drawn.frames) == len(drawn.timeline)
    for index, frame in enumerate(drawn.frames):
        assert np.array_equal(shuffled[index], frame), f"frame {index}"


@pytest.mark.contract
def test_picture_moves(drawn: Drawn) -> None:
    assert not np.array_equal(drawn.frames[0], drawn.frames[-1])


@pytest.mark.contract
def test_recording_is_untouched(drawn: Drawn) -> None:
    assert len(drawn.frames) > 1
    after = files(drawn.recording)
    assert {path: after[path] for path in drawn.before} == drawn.before
    new = after.keys() - drawn.before.keys()
    kept = {drawn.recording.path / kind for kind in ("embeddings", "landscapes", "votes")}
    assert {path.parent for path in new} <= kept  # computed once, kept there


@pytest.mark.contract
def test_axes_keep_their_limits(drawn: Drawn) -> None:
    _, limits = drawn.shuffled
    assert all(found == limits[0] for found in limits)


@pytest.mark.contract
def test_one_snapshot_is_enough(drawn: Drawn, tmp_path: Path) -> None:
    single = rewritten(drawn.recording, tmp_path / "one.rec", snapshots=1)
    frame = still(drawn.name, single, 0.0)
    assert (frame.shape, frame.dtype) == ((SIZE[1], SIZE[0], 3), np.uint8)
    assert frame.std() > 0


@pytest.mark.contract
def test_diverged_weights_give_a_marked_frame(drawn: Drawn, tmp_path: Path) -> None:
    broken = rewritten(drawn.recording, tmp_path / "nan.rec", weights=lost(2))
    _, before, marked, *_ = drawn.frames_of(broken, animviz.Timeline(broken.epochs, ONE_AN_EPOCH))
    assert marked.shape == (SIZE[1], SIZE[0], 3)
    whole = drawn.frames[[moment.epoch for moment in drawn.timeline].index(1.0)]
    assert np.array_equal(before, whole) or drawn.name != "history"


@pytest.mark.contract
def test_all_weights_diverged_is_an_error_or_a_picture(drawn: Drawn, tmp_path: Path) -> None:
    broken = rewritten(drawn.recording, tmp_path / "nan.rec", snapshots=1, weights=lost(0))
    if drawn.name in LIMITS_FROM_STATES:
        with pytest.raises(SceneError, match="no snapshot has finite weights"):
            still(drawn.name, broken, 0.0)
    else:
        assert still(drawn.name, broken, 0.0).std() > 0


@pytest.mark.contract
@pytest.mark.parametrize("aspect", LARGE)
def test_background_is_the_themes(drawn: Drawn, aspect: str) -> None:
    stage = drawn.large[aspect]
    corner = stage.buffer[-1, -1, :3]
    assert (corner.mean() > 200) == (stage.theme.name != "dark")


@pytest.mark.contract
@pytest.mark.parametrize("aspect", LARGE)
def test_no_text_leaves_the_frame_or_overlaps_another(drawn: Drawn, aspect: str) -> None:
    assert check_layout(drawn.large[aspect]) >= 3


@pytest.mark.parametrize("name", scene_names())
def test_unknown_option_is_refused(name: str, rings_recording: Recording) -> None:
    with pytest.raises(InputError, match="no option 'nonsense'"):
        animviz.frame_at(name, rings_recording, 0.0, nonsense=1)


@pytest.mark.parametrize("name", scene_names())
def test_every_option_has_help(name: str) -> None:
    scene = find_scene(name)
    assert scene.summary.endswith(".")
    assert all(option.help for option in scene.options)


def test_importing_every_scene_imports_no_tensorflow() -> None:
    code = (
        "import sys; from animviz.pictures.discovery import find_scene, scene_names; [find_scene(n) for n in scene_names()];"
        "assert not {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


@pytest.mark.parametrize("arch", ["2-1", "2-3-1-1", "2-4-2-1", "2-4-3-1", "2-6-4-1", "2-12-1"])
def test_rings_draws_any_width(arch: str, tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "rings.rec", arch=arch, samples=150)
    assert not np.array_equal(still("rings", recording, 0.0), still("rings", recording, 3.0))


@pytest.mark.parametrize("scene", ["rings", "boundary"])
@pytest.mark.parametrize(("classes", "arch"), [(3, "2-6-2-3"), (10, "2-8-2-10"), (3, "2-6-3-3"), (4, "2-8-5-4")])
def test_several_classes(scene: str, classes: int, arch: str, tmp_path: Path) -> None:
    recording = made("blobs", tmp_path / "blobs.rec", classes=classes, arch=arch, samples=150)
    assert not np.array_equal(still(scene, recording, 0.0), still(scene, recording, 3.0))


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "linear"])
def test_rings_draws_any_activation(activation: str, tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "rings.rec", arch="2-4-2-1", activation=activation, samples=150)
    assert still("rings", recording, 3.0).std() > 0


def test_scenes_refuse_recordings_of_another_kind(
    trained: Callable[..., Recording], rings_recording: Recording
) -> None:
    curve = trained("polynomial", arch="1-3-1")
    for name, recording in (("rings", curve), ("boundary", curve), ("polyfit", rings_recording)):
        with pytest.raises(SceneError, match=name):
            still(name, recording, 0.0)


@settings(max_examples=12, deadline=None)
@given(epoch=st.floats(0, 4))
def test_header_shows_the_moment(epoch: float, rings_recording: Recording) -> None:
    stage = Stage(SIZE)
    find_scene("boundary").set_up(stage, rings_recording)(animviz.Moment(seconds=0.0, epoch=epoch))
    texts = [text.get_text() for text in stage.figure.texts]
    scores = rings_recording.at(epoch).scores
    assert f"{np.round(epoch, 1):g}" in texts
    assert f"{scores['loss']:.3f}" in texts
    assert f"{100 * scores['accuracy']:.1f} %" in texts


def test_scores_shown_are_those_of_the_state(rings_recording: Recording) -> None:
    for snapshot in rings_recording:
        output = rings_recording.at(snapshot.epoch).outputs()[:, 0]
        labels = rings_recording.labels
        assert snapshot.scores["loss"] == pytest.approx(np.mean((output - labels) ** 2), rel=1e-4)
        assert snapshot.scores["accuracy"] == pytest.approx(np.mean((output > 0.5) == labels))


def test_a_logarithmic_scale_has_levels_to_read(trained: Callable[..., Recording]) -> None:
    stage = Stage((1280, 720))
    recording = trained("polynomial", arch="1-3-1", epochs=30)
    find_scene("history").set_up(stage, recording, log=True)(animviz.Moment(seconds=0.0, epoch=30.0))
    levels = {float(text.get_text()) for text in stage.figure.texts if text.get_text() in ("0.5", "1", "2", "5", "10")}
    low, high = next(axes for axes in stage.figure.axes if axes.get_yscale() == "log").get_ylim()
    assert levels
    assert all(low <= level <= high for level in levels if level in (0.5, 2.0))


@pytest.mark.parametrize(("arch", "turns"), [("2-3-2-1", False), ("2-4-3-1", True)])
def test_an_unchanged_picture_is_not_drawn_twice_but_a_turning_one_is(
    arch: str, turns: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from animviz.pictures.painter import Painter

    stage, drawn = Stage(SIZE), []
    recording = made("two_rings", tmp_path / "rings.rec", arch=arch, samples=150)
    painter = Painter(find_scene("rings"), recording, stage, {})
    paint = stage.paint
    monkeypatch.setattr(stage, "paint", lambda: drawn.append(1) or paint())
    frames = [painter.paint(animviz.Moment(seconds, 2.0)).copy() for seconds in (0.0, 1.0, 2.0)]
    assert len(drawn) == (3 if turns else 1)
    assert np.array_equal(frames[0], frames[1]) != turns
    painter.paint(animviz.Moment(3.0, 1.0))
    assert np.array_equal(painter.paint(animviz.Moment(0.0, 2.0)), frames[0])


def test_history_draws_the_recorded_states_where_training_told_of_no_numbers(tmp_path: Path) -> None:
    told = made("two_rings", tmp_path / "told.rec", samples=40)
    silent = copied(told, tmp_path / "silent.rec")
    lines = [json.loads(line) for line in (silent.path / "index.jsonl").read_text().splitlines()]
    (silent.path / "index.jsonl").write_text("".join(json.dumps({**line, "logs": {}}) + "\n" for line in lines))
    stage = Stage((640, 360))
    find_scene("history").set_up(stage, Recording(silent.path))(animviz.Moment(seconds=0.0, epoch=3.0))
    assert any(text.startswith("of each recorded state, on the recorded samples") for text in texts(stage))
    assert {one.name: list(one.texts()) for one in stage.pairs} == {"loss": ["0.062"]}
    (silent.path / "index.jsonl").write_text(
        "".join(json.dumps({**line, "logs": {}, "scores": {}}) + "\n" for line in lines)
    )
    bare = Stage((640, 360))
    find_scene("history").set_up(bare, Recording(silent.path))(animviz.Moment(seconds=0.0, epoch=3.0))
    assert any(text.startswith("no numbers were recorded") for text in texts(bare))


def test_names_of_curves_stand_at_their_right_ends_and_apart(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp")
    stage = Stage((1280, 720))
    find_scene("history").set_up(stage, recording)(animviz.Moment(seconds=0.0, epoch=float(recording.epochs[-1])))
    (words,) = [artist for artist in stage.moving if isinstance(artist, Words) and "training" in artist.texts]
    places = dict(zip(words.texts, words.places, strict=True))
    training, validation = places["training"], places["validation"]
    assert training[0] == validation[0] > 0.8 * stage.width
    assert abs(training[1] - validation[1]) >= 54
    assert any("pictures of " in text for text in texts(stage))


def test_the_title_of_history_says_when_its_curve_begins(trained: Callable[..., Recording], tmp_path: Path) -> None:
    for recording, name, when in (
        (trained("digits_mlp"), "val_loss", "Validation loss {} from {:.3f} after epoch 1 to {:.3f}"),
        (
            made("two_rings", tmp_path / "rings.rec", samples=40),
            "loss",
            "Training loss {} from {:.3f} in epoch 1 to {:.3f}",
        ),
    ):
        values = recording.history(name)[1]
        stage = Stage((1280, 720))
        find_scene("history").set_up(stage, recording)(animviz.Moment(seconds=0.0, epoch=1.0))
        assert when.format("falls" if values[-1] < values[0] else "rises", values[0], values[-1]) in texts(stage)


def test_moments_without_a_name_only_fill_up_to_four(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp")
    for most in (3, 4, 5, 9):
        pins = pins_of(recording, most)
        assert len(pins) <= most
        assert all(pin.name for pin in pins) or len(pins) <= 4


def test_pictures_of_what_is_to_come_are_faint(tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "rings.rec", samples=40)
    stage = Stage((1280, 720))
    draw = find_scene("history").set_up(stage, recording)
    for epoch, bright in ((0.0, 1), (0.5, 2), (float(recording.epochs[-1]), None)):
        draw(animviz.Moment(seconds=0.0, epoch=epoch))
        veils = [artist.get_visible() for artist in stage.moving if isinstance(artist, Rectangle)]
        assert veils == [place >= (bright or len(veils)) for place in range(len(veils))]
        assert ("now" in texts(stage)) == ("epoch 0.5" in texts(stage)) == (epoch == 0.5)


@pytest.mark.parametrize("name", ["history", "scores"])
def test_small_tables_have_a_key_and_small_planes_none(
    name: str, trained: Callable[..., Recording], rings_recording: Recording
) -> None:
    for recording, keyed in ((trained("digits_mlp"), True), (rings_recording, False)):
        stage = Stage((1280, 720))
        find_scene(name).set_up(stage, recording)(animviz.Moment(seconds=0.0, epoch=1.0))
        assert ({"right answers", "wrong, few to many"} <= set(texts(stage))) is keyed


def test_moments_are_named_alone_where_a_network_shows_nothing_in_a_small_picture(tmp_path: Path) -> None:
    recording = made("autoencoder", tmp_path / "auto.rec", data="digits-8x8", arch="64-12-2-12-64")
    stage = Stage((1280, 720))
    find_scene("history").set_up(stage, recording)(animviz.Moment(seconds=0.0, epoch=1.0))
    assert not any(isinstance(artist, Rectangle) for artist in stage.moving)
    assert {"untrained", "the end"} <= set(texts(stage))


@pytest.mark.parametrize("name", scene_names())
def test_every_scene_is_in_a_group_and_says_what_it_is_drawn_from(name: str) -> None:
    scene = find_scene(name)
    assert scene.group in GROUPS
    assert scene.needs.startswith("of ")

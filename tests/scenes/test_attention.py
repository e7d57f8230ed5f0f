"""Attention: the lesson on real trainings, and that the picture says of a state what is so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.heads import Heads, share_on, sharpness, stripe
from animviz.errors import InputError, SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.induction import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.stage.words import Words
from helpers.layout import check_layout, texts
from helpers.recordings import attending

BLOCK = 12
AGAIN = np.arange(BLOCK, 2 * BLOCK)  # places of the second half


def on_the_stripe(seen: np.ndarray) -> np.ndarray:
    """What heads of one layer spend on the token after the same one a block before, from the definition."""
    return np.asarray(seen[:, :, AGAIN, AGAIN - BLOCK + 1].mean(axis=(0, 2)))


def losses(recording: Recording, index: int) -> tuple[float, float]:
    """Loss on the first and on the second half of the sequences."""
    right = np.take_along_axis(recording[index].outputs["output"], recording.targets[..., None].astype(int), 2)[..., 0]
    surprise = -np.log(right + 1e-9)
    return float(surprise[:, :BLOCK].mean()), float(surprise[:, BLOCK:].mean())


def trained_heads(path: Path, **options: object) -> Recording:
    return record(experiment_named("induction").run(options), path, UNSAID, ())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_head_of_the_second_layer_turns_to_the_stripe_as_the_loss_falls(seed: int, tmp_path: Path) -> None:
    recording = trained_heads(tmp_path / "i.rec", seed=seed)
    by_layer = np.array([[on_the_stripe(one.stored[f"attention_{n}"]) for n in (1, 2)] for one in recording])
    second = by_layer[:, 1].max(axis=1)
    chance = (1 / (AGAIN + 1)).mean()
    assert abs(second[0] - chance) < 0.03, "it begins at chance"
    assert second[-1] > 0.85
    assert by_layer[:, 0].max() < 0.2, "no head of the first layer finds it"
    (new, begun), (still_new, ended) = losses(recording, 0), losses(recording, -1)
    assert begun > 3 > 0.5 > ended
    assert min(new, still_new) > 3, "what is random is not known"
    loss = np.array([losses(recording, index)[1] for index in range(len(recording))])
    found, fallen = np.argmax(second > 0.5), np.argmax(loss < 0.5 * loss[0])
    assert abs(recording[int(found)].step - recording[int(fallen)].step) <= 100, "both at one time"
    assert np.corrcoef(second, loss)[0, 1] < -0.95
    stage = Stage((1280, 720))
    find_scene("attention").set_up(stage, recording)(Moment(0.0, 10.0, 1.0))
    said = texts(stage)
    large = int(by_layer[-1, 1].argmax())
    assert f"attention 2, head {large + 1}" in said
    assert f"on the stripe {100 * by_layer[-1, 1, large]:.0f} %" in said
    assert f"{ended:.2f}" in said
    since = max(np.flatnonzero(by_layer[:, 1, large] < 0.5)) + 1
    assert f"From step {recording[int(since)].step:,} on, a head looks up what came next" in said


@pytest.mark.slow
def test_a_single_layer_never_finds_the_repeats(tmp_path: Path) -> None:
    recording = trained_heads(tmp_path / "i.rec", layers=1)
    assert max(on_the_stripe(one.stored["attention_1"]).max() for one in recording) < 0.5
    assert losses(recording, -1)[1] > 1.5
    stage = Stage((1280, 720))
    find_scene("attention").set_up(stage, recording)(Moment(0.0, 10.0, 1.0))
    assert "No head looks up what came next" in texts(stage)


def test_the_stripe_is_what_came_after_the_same_token() -> None:
    cells = stripe(np.array([[4, 7, 4, 9, 4]]))
    assert [tuple(cell) for cell in np.argwhere(cells[0])] == [(2, 1), (4, 1), (4, 3)]
    seen = np.full((1, 1, 5, 5), 0.2)
    assert share_on(seen, cells) == pytest.approx([0.3])  # 0.2 and 0.4
    seen[0, 0, 2] = seen[0, 0, 4] = [0, 1, 0, 0, 0]
    assert share_on(seen, cells) == pytest.approx([1.0])
    assert sharpness(seen) == pytest.approx([(3 * 0.2 + 2) / 5])


def test_what_is_drawn_is_the_state_that_is_blended_between_snapshots(tmp_path: Path) -> None:
    recording = attending(tmp_path / "own.rec")
    stage = Stage((1280, 720))
    find_scene("attention").set_up(stage, recording, sample=1)(Moment(0.0, 1.5, 0.5))
    heads = Heads.of(recording)
    seen = heads.at(recording.at(1.5))
    expected = share_on(seen, stripe(recording.inputs))
    (one,) = [pair for pair in stage.pairs if pair.name == "on the stripe"]
    assert one.values() == pytest.approx([100 * expected[1]])
    assert "look, head 2" in texts(stage)
    assert "epoch" in texts(stage), "nobody counted steps"
    words = [artist for artist in stage._moving if isinstance(artist, Words)]
    assert [list(artist.texts) for artist in words[:2]] == [list("BCDEBCDE")] * 2
    assert list(words[2].texts) == list("CDEBCDEB")  # the guesses


def test_a_head_and_a_sequence_can_be_chosen(tmp_path: Path) -> None:
    recording = attending(tmp_path / "own.rec")
    stage = Stage((1280, 720))
    find_scene("attention").set_up(stage, recording, head=1, names="look")(Moment(0.0, 3.0, 1.0))
    assert "look, head 1" in texts(stage)
    assert "No head" not in " ".join(texts(stage)), "another one does"
    for options, said in (
        ({"head": 3}, "--head is 3"), ({"sample": 9}, "--sample is 9"), ({"names": "gaze"}, "'gaze'; it holds look"),
    ):  # fmt: skip
        with pytest.raises(SceneError, match=said):
            animviz.frame_at("attention", recording, 0.0, **options)


def test_answers_that_are_no_next_token_are_not_called_so(tmp_path: Path) -> None:
    tokens = np.array([[3, 12, 3, 12], [7, 7, 100, 3]])
    with animviz.ArrayRecorder(
        tmp_path / "own.rec", tokens, tokens % 2, loss="sparse_categorical_crossentropy", class_names=["odd", "even", "no"],
        task="multiclass probabilities",
    ) as session:  # fmt: skip
        for _ in range(2):
            session.capture(activations={"look": np.full((2, 1, 4, 4), 0.25)}, outputs=np.full((2, 4, 3), 1 / 3))
    stage = Stage((1280, 720))
    find_scene("attention").set_up(stage, Recording(tmp_path / "own.rec"))(Moment(0.0, 1.0, 1.0))
    said = texts(stage)
    assert "answer" in said
    assert not any("guess" in text for text in said)
    assert next(list(one.texts) for one in stage._moving if isinstance(one, Words)) == ["3", "12", "3", "12"]


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280)])
@pytest.mark.parametrize("count", [1, 12])
def test_attention_of_ones_own_is_drawn_without_tokens(count: int, size: tuple[int, int], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 40, 3)), rng.integers(0, 2, 5)
    loss = "binary_crossentropy"
    with animviz.ArrayRecorder(tmp_path / "own.rec", x, y, loss=loss, task="binary probabilities") as session:
        for sharp in (1, 4, 9):
            layers = [np.exp(sharp * rng.normal(size=(5, count, 40, 40))) for _ in range(3)]
            looks = {f"block {n}": one / one.sum(axis=3, keepdims=True) for n, one in enumerate(layers)}
            session.capture(activations={**looks, "pooled": x.mean(axis=1)}, outputs=rng.random((5, 1)))
    stage = Stage(size, "light")
    draw = find_scene("attention").set_up(stage, Recording(tmp_path / "own.rec"))
    draw(Moment(0.0, 2.0, 1.0))
    stage.paint()
    said = texts(stage)
    assert f"Where {3 * count} heads look" in said
    assert not any("stripe" in text or "guess" in text or "repeats" in text for text in said)
    assert check_layout(stage) > 5


def test_attention_of_other_queries_than_keys_is_drawn_by_its_name(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with animviz.ArrayRecorder(tmp_path / "own.rec", rng.normal(size=(4, 2))) as session:
        for _ in range(2):
            session.capture(activations={"cross": rng.dirichlet(np.ones(9), (4, 2, 5)), "flat": rng.random((4, 3))})
    recording = Recording(tmp_path / "own.rec")
    with pytest.raises(SceneError, match="attention needs activations of shape"):
        animviz.frame_at("attention", recording, 0.0)
    assert animviz.frame_at("attention", recording, 0.5, names="cross").std() > 0
    with pytest.raises(SceneError, match=r"flat \(4, 3\)"):
        animviz.frame_at("attention", recording, 0.0, names="cross,flat")


def test_recordings_without_attention_are_refused(trained: Callable[..., Recording]) -> None:
    with pytest.raises(SceneError, match=r"whose rows sum to one; .* holds none: `animviz record induction`"):
        animviz.frame_at("attention", trained("digits_mlp", arch="64-16-8-10"), 0.0)


def test_experiment_repeats_its_sequences() -> None:
    dataset = experiment_named("induction").run({"block": 8, "sequences": 64, "jumps": 0.0}).dataset
    shown, following = dataset.shown or (dataset.x, dataset.y)
    assert np.array_equal(shown[:, :8], shown[:, 8:])
    assert np.array_equal(shown[:, 1:], following[:, :-1])
    assert all(len(set(row)) == 8 for row in shown[:, :8])
    blocks = {len(set(row)) for row in dataset.x}
    assert blocks <= set(range(4, 13)), "of many lengths, so that none can be known by heart"
    assert len(blocks) > 3
    with pytest.raises(InputError, match="--block is 12"):
        experiment_named("induction").run({"block": 12, "vocabulary": 8})

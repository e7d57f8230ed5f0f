"""Embeddings hold still, stay faithful, do not depend on chance, and are computed once."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz import Recording
from animviz.embed import METHODS, embed, embedding_of, place, stored_embeddings
from animviz.embed.methods.fuzzy import ab_parameters, fuzzy_graph, memberships
from animviz.embed.methods.neighbours import nearest, nearest_in, stay_near
from animviz.embed.methods.pca import basis
from animviz.embed.recorded import chosen_snapshots
from animviz.embed.scores import accuracy_of, step, trustworthiness
from animviz.errors import InputError, RecordingError

SAMPLES, TRAINED = 300, 200
QUICK = {"iterations": 30}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A real 64-32-16-10 net on the 8x8 digits, the untrained state and six epochs."""
    import keras
    from sklearn.datasets import load_digits

    from animviz import Recorder

    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense
    hidden = [dense(32, activation="relu", name="first"), dense(16, activation="relu", name="second")]
    model = keras.Sequential([keras.Input((64,)), *hidden, dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    path = tmp_path_factory.mktemp("embed") / "digits.rec"
    model.fit(x, y, epochs=6, verbose=0, callbacks=[Recorder(path, inputs=x[:SAMPLES], labels=y[:SAMPLES])])
    return Recording(path)


@pytest.fixture(scope="module")
def layer(digits: Recording) -> np.ndarray:
    """Activations of its second layer, float32 (7, 300, 16)."""
    return np.stack([digits.activations(epoch, "second") for epoch in digits.epochs])


def blobs(epochs: int = 3, samples: int = 40, units: int = 5) -> np.ndarray:
    random = np.random.default_rng(0)
    centres = random.normal(size=(2, units)) * 6
    return centres[np.arange(samples) % 2] + random.normal(size=(epochs, samples, units))


@pytest.mark.integration
def test_holds_still_and_stays_faithful(digits: Recording, layer: np.ndarray) -> None:
    done = embed(layer, labels=digits.labels, epochs=digits.epochs)
    loose = embed(layer, labels=digits.labels, weight=0.0)
    assert done.positions.shape == (7, SAMPLES, 2)
    assert done.positions.dtype == np.float32
    assert done.scores.step[1:].mean() < 0.02
    assert done.scores.step.mean() < loose.scores.step.mean() / 4
    lost = loose.scores.trustworthiness - done.scores.trustworthiness
    assert lost.max() < 0.012, "an epoch is drawn with the picture of another"
    assert lost.mean() < 0.004
    assert done.scores.accuracy is not None
    assert done.scores.accuracy[-1] > 0.9
    assert "trustworthiness 0.9" in str(done.scores)


@pytest.mark.integration
def test_same_bytes_in_another_process_and_with_threads(layer: np.ndarray, tmp_path: Path) -> None:
    here = embed(layer, **QUICK)
    assert np.array_equal(here.positions, embed(layer, threads=3, **QUICK).positions)
    np.save(tmp_path / "layer.npy", layer)
    code = f"""
import sys, warnings
warnings.simplefilter("error")
import numpy as np, animviz.embed
assert not {{"umap", "sklearn", "numba", "scipy", "tensorflow"}} & sys.modules.keys(), "heavy import"
done = animviz.embed.embed(np.load({str(tmp_path / "layer.npy")!r}), iterations=30)
assert not {{"umap", "tensorflow"}} & sys.modules.keys(), "needless import"
np.save({str(tmp_path / "there.npy")!r}, done.positions)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert np.array_equal(here.positions, np.load(tmp_path / "there.npy"))


@pytest.mark.integration
def test_seed_and_every_setting_matter(layer: np.ndarray) -> None:
    seen = [embed(layer[-2:, :60], **QUICK).positions.tobytes()]
    for change in (
        {"seed": 1}, {"n_neighbors": 8}, {"min_dist": 0.4}, {"metric": "cosine"}, {"weight": 1.0}, {"repulsion": 1.0},
    ):  # fmt: skip
        seen.append(embed(layer[-2:, :60], **QUICK, **change).positions.tobytes())
    assert len(set(seen)) == len(seen)


def test_equal_epochs_are_drawn_alike() -> None:
    done = embed(np.repeat(blobs(1), 4, axis=0), **QUICK)
    assert np.array_equal(done.positions[0], done.positions[3])
    assert done.scores.step.max() < 1e-12


def test_an_epoch_unlike_the_others_is_as_faithful_as_alone_and_says_so() -> None:
    x = np.concatenate([np.random.default_rng(7).normal(size=(1, 150, 5)), np.repeat(blobs(1, 150), 2, axis=0)])
    done, loose = (embed(x, weight=weight) for weight in (3.0, 0.0))
    assert done.held[0] < 0.05
    assert done.held[1] == pytest.approx(1)
    assert not loose.held.any()
    assert (
        done.scores.trustworthiness[0] > loose.scores.trustworthiness[0] - 0.01
    )  # layouts of noise differ by half of that
    assert done.scores.step[1] < 1e-3 < done.scores.step[0]


def test_the_share_of_neighbours_that_stay_near() -> None:
    nearest_before, near_after = np.array([[1, 2], [0, 2], [0, 1]]), np.array([[2, 1, 3], [3, 2, 4], [3, 4, 5]])
    assert stay_near(nearest_before, near_after).tolist() == [1, 0.5, 0]


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_three_dimensions(method: str) -> None:
    quick = QUICK if method == "umap" else {}
    assert embed(blobs(), method, dimensions=3, **quick).positions.shape == (3, 40, 3)


def test_placed_test_samples_are_near_their_class(digits: Recording, layer: np.ndarray) -> None:
    labels = digits.labels
    fitted, new = layer[:, :TRAINED], layer[:, TRAINED:]
    done = embed(fitted, labels=labels[:TRAINED])
    placed = place(done, fitted, new, labels=labels[:TRAINED], new_labels=labels[TRAINED:])
    assert placed.placed is not None
    assert placed.placed.shape == (7, SAMPLES - TRAINED, 2)
    assert np.array_equal(placed.positions, done.positions)
    assert placed.scores.placed_accuracy is not None
    assert done.scores.accuracy is not None
    assert placed.scores.placed_accuracy[-1] > done.scores.accuracy[-1] - 0.1
    assert step(placed.placed)[1:].mean() < 0.03


@pytest.mark.parametrize("method", ["umap", "pca", pytest.param("tsne", marks=pytest.mark.slow)])
def test_a_sample_placed_among_others_lands_on_its_twin(method: str) -> None:
    if method == "tsne":
        pytest.importorskip("openTSNE")
    x = blobs(2, 120)
    done = embed(x, method, **({"perplexity": 10.0} if method == "tsne" else {}))
    placed = place(done, x, x[:, :10]).placed
    assert placed is not None
    extent = np.ptp(done.positions, axis=(0, 1)).max()
    assert np.median(np.linalg.norm(placed - done.positions[:, :10], axis=2)) < 0.15 * extent


@pytest.mark.slow
def test_tsne_is_faithful_and_calm(digits: Recording, layer: np.ndarray) -> None:
    pytest.importorskip("openTSNE")
    done = embed(layer[-3:], "tsne", labels=digits.labels)
    assert done.scores.trustworthiness.min() > 0.97
    assert done.scores.step.mean() < 0.1


@pytest.mark.slow
def test_tsne_starts_anew_where_the_layer_changed() -> None:
    pytest.importorskip("openTSNE")
    x = np.concatenate([np.random.default_rng(7).normal(size=(1, 120, 5)), np.repeat(blobs(1, 120), 2, axis=0)])
    done, alone = embed(x, "tsne", perplexity=10.0), embed(x[:1], "tsne", perplexity=10.0)
    assert done.held.tolist() == [0, 1]
    assert done.scores.trustworthiness[0] > alone.scores.trustworthiness[0] - 0.02


def test_tsne_without_its_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(InputError, match=r"pip install 'animviz\[tsne\]'"):
        embed(blobs(2, 120), "tsne")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["independent", "aligned-umap"])
def test_umap_learn_for_comparison(layer: np.ndarray, method: str) -> None:
    done = embed(layer[-3:, :100], method)
    assert np.isfinite(done.positions).all()
    assert done.scores.trustworthiness.mean() > 0.9
    assert place(done, layer[-3:, :100], layer[-3:, 100:110]).placed is not None


def test_pca_is_one_basis_with_shares_and_a_fixed_sign() -> None:
    x = blobs(4, 50, 6)
    done = embed(x, "pca", dimensions=3)
    pooled = x.reshape(-1, 6) - x.reshape(-1, 6).mean(axis=0)
    axes = np.linalg.eigh(pooled.T @ pooled)[1][:, ::-1][:, :3]
    assert done.shares is not None
    for shares, epoch in zip(done.shares, x, strict=True):
        of_its_own = epoch - epoch.mean(axis=0)
        np.testing.assert_allclose(
            shares, np.square(of_its_own @ axes).sum(axis=0) / np.square(of_its_own).sum(), rtol=1e-4
        )
    assert np.ptp(done.shares.sum(axis=1)) > 1e-3, "each epoch has shares of its own"
    assert np.allclose(np.ptp(done.positions, axis=1), np.ptp(embed(x[:, ::-1], "pca", dimensions=3).positions, axis=1))
    _, components = basis(x, 2)
    assert (components[np.abs(components).argmax(axis=0), [0, 1]] > 0).all()


def test_pca_of_many_units_agrees_with_the_dense_way() -> None:
    x = blobs(2, 30, 20)
    found = basis(x, 2)
    silent = ((0, 0), (0, 0), (0, 2100))  # so many units more, which take it beyond the dense way
    for dense, wide in zip(found, basis(np.pad(x, silent), 2), strict=True):
        np.testing.assert_allclose(wide[: len(dense)], dense, atol=1e-6)
        assert not wide[len(dense) :].round(9).any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 1e6), st.integers(3, 12))
def test_pca_only_permutes_when_samples_are_permuted_and_scales_with_the_layer(
    seed: int, factor: float, samples: int
) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(size=(3, samples, 4))
    order = random.permutation(samples)
    plain = embed(x, "pca").positions
    assert np.allclose(plain[:, order], embed(x[:, order], "pca").positions, atol=1e-4)
    assert np.allclose(plain * factor, embed(x * factor, "pca").positions, atol=1e-4 * factor)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 60), st.integers(2, 5))
def test_the_fuzzy_graph_is_symmetric_and_permutes_with_the_samples(seed: int, samples: int, count: int) -> None:
    random = np.random.default_rng(seed)
    x, order = random.normal(size=(samples, 3)), random.permutation(samples)
    graph = fuzzy_graph(*nearest(x, count, "euclidean", 0, 1)).toarray()
    permuted = fuzzy_graph(*nearest(x[order], count, "euclidean", 0, 1)).toarray()
    assert np.allclose(graph, graph.T)
    assert graph.min() >= 0
    assert graph.max() <= 1 + 1e-6
    assert np.allclose(graph[np.ix_(order, order)], permuted, atol=1e-3)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 10), st.floats(0, 6))
def test_step_does_not_see_motions_of_the_whole_picture(seed: int, factor: float, angle: float) -> None:
    x = np.random.default_rng(seed).normal(size=(30, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert step(np.stack([x, factor * x @ turn + 3, x * [1, -1]])).max() < 1e-9


def test_trustworthiness_is_that_of_scikit_learn(layer: np.ndarray) -> None:
    from sklearn.manifold import trustworthiness as theirs

    picture = layer[0, :, :2]
    assert trustworthiness(layer[-1], picture) == pytest.approx(theirs(layer[-1], picture, n_neighbors=10), abs=1e-4)


def test_accuracy_is_that_of_scikit_learn(digits: Recording, layer: np.ndarray) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    x, y = layer[-1][:, :3], digits.labels
    known = KNeighborsClassifier(5).fit(x[:TRAINED], y[:TRAINED])
    ours = accuracy_of(x[:TRAINED], y[:TRAINED], x[TRAINED:], y[TRAINED:])
    assert ours == pytest.approx(known.score(x[TRAINED:], y[TRAINED:]))


@pytest.mark.slow
def test_graph_and_curve_are_those_of_umap_learn(layer: np.ndarray) -> None:
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    indices, distances = nearest(layer[-1], 15, "euclidean", 0, 1)
    theirs = fuzzy_simplicial_set(
        layer[-1], 15, np.random.RandomState(0), "euclidean", knn_indices=indices, knn_dists=distances
    )[0]
    assert abs(fuzzy_graph(indices, distances) - theirs).max() < 1e-3
    np.testing.assert_allclose(ab_parameters(0.1), find_ab_params(1.0, 0.1), rtol=1e-5)


@given(min_dist=st.floats(0.0, 1.0), exponent=st.floats(-9.0, 9.0))
@settings(max_examples=20, deadline=None)
def test_table_of_forces_is_as_good_as_powers(min_dist: float, exponent: float) -> None:
    from animviz.embed.methods.umap_kernel import looked_up, tabulated

    a, b = ab_parameters(min_dist)
    square = np.float32(10.0**exponent)

    def force(squares: np.ndarray | float) -> np.ndarray:
        return np.asarray(1 / ((1e-3 + squares) * (1 + a * squares**b)))

    table = tabulated(force)
    assert np.isfinite(table).all()
    assert looked_up(table, square) == pytest.approx(force(float(square)), rel=1e-3)
    assert looked_up(table, np.float32(0)) == pytest.approx(force(1e-12), rel=1e-3)


@pytest.mark.slow
def test_large_sets_use_nn_descent(layer: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = nearest(layer[-1], 10, "euclidean", 0, 1)[0]
    monkeypatch.setattr("animviz.embed.methods.neighbours.EXACT", 100)
    found, distances = nearest(layer[-1], 10, "euclidean", 0, 1)
    assert np.array_equal(found[:, 0], np.arange(SAMPLES))
    assert (np.diff(distances, axis=1) >= 0).all()
    assert np.mean([len(set(a) & set(b)) for a, b in zip(exact, found, strict=True)]) > 9.5


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine", "correlation"])
def test_every_metric_finds_itself_first_and_places_twins(metric: str) -> None:
    x = blobs(1, 30)[0]
    assert (nearest(x, 4, metric, 0, 1)[0][:, 0] == np.arange(30)).all()
    assert (nearest_in(x, x, 3, metric)[0][:, 0] == np.arange(30)).all()


def test_duplicates_do_not_break_the_scales() -> None:
    strengths = memberships(np.zeros((4, 5), np.float32))
    assert (strengths == 1).all()


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_epochs_without_meaning_leave_the_others_alone(method: str) -> None:
    x = np.repeat(blobs(1), 5, axis=0)
    x[1, 3, 2], x[2] = np.nan, 7.0
    quick = QUICK if method == "umap" else {}
    done = embed(x, method, labels=np.arange(40) % 2, **quick)
    assert np.isnan(done.positions[1]).all()
    assert (done.positions[2] == 0).all()
    assert np.isfinite(done.positions[[0, 3, 4]]).all()
    assert np.isnan(done.scores.trustworthiness).tolist() == [False, True, True, False, False]
    assert np.isnan(done.scores.step).tolist() == [True, True, True, False]
    assert np.isnan(done.held).tolist() == [True, True, True, False]
    if method == "pca":
        assert done.shares is not None
        assert np.isnan(done.shares[:, 0]).tolist() == [False, True, True, False, False]
    placed = place(done, x, x[:, :5]).placed
    assert placed is not None
    assert np.isnan(placed[1]).all()
    assert (placed[2] == 0).all()


@pytest.mark.parametrize("factor", [1e-300, 1e-30, 1e30, 1e300])
def test_huge_and_tiny_values_are_only_a_scale(factor: float) -> None:
    x = blobs()
    plain, scaled = embed(x, **QUICK), embed(x * factor, **QUICK)
    assert np.isfinite(scaled.positions).all()
    assert scaled.scores.trustworthiness.mean() == pytest.approx(plain.scores.trustworthiness.mean(), abs=0.03)


def test_one_epoch_one_class_one_unit() -> None:
    done = embed(blobs(1, 40, 1), labels=np.zeros(40), **QUICK)
    assert np.isfinite(done.positions).all()
    assert done.scores.step.shape == (0,)
    assert done.scores.accuracy is not None
    assert done.scores.accuracy.tolist() == [1]


def test_many_equal_samples() -> None:
    x = blobs(2, 60)
    x[:, :40] = 0  # a dead corner of the layer
    assert np.isfinite(embed(x, **QUICK).positions).all()


@pytest.mark.parametrize(
    ("activations", "options", "said"),
    [
        (blobs(2, 10), {}, "10 samples are too few for n_neighbors 15; needs 16"),
        (blobs(2, 2), {"method": "pca"}, "2 samples are too few; needs 3"),
        (np.ones((2, 40, 3)), {}, "the same for all samples at every epoch"),
        (np.full((2, 40, 3), np.nan), {}, "not finite at any epoch"),
        (blobs()[0], {}, "expected numbers (epochs, samples, units)"),
        (np.empty((2, 40, 0)), {}, "expected numbers (epochs, samples, units)"),
        (np.array([[["a"]]]), {}, "expected numbers (epochs, samples, units)"),
        (blobs(), {"method": "umpa"}, "--method is 'umpa'; expected one of umap, pca, tsne"),
        (blobs(), {"n_neighbours": 5}, "umap has no option 'n_neighbours'"),
        (blobs(), {"metric": "taxi"}, "--metric is 'taxi'"),
        (blobs(), {"labels": np.zeros(3)}, "labels have shape (3,); expected (40,)"),
        (blobs(), {"epochs": np.zeros(2)}, "moments of shape (2,)"),
    ],
)
def test_bad_input_is_one_clear_line(activations: np.ndarray, options: dict, said: str) -> None:
    with pytest.raises(InputError) as caught:
        embed(activations, **options)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_placing_something_else_is_refused() -> None:
    done = embed(blobs(), "pca")
    with pytest.raises(InputError, match="not those of the embedding"):
        place(done, blobs(2), blobs(2))
    with pytest.raises(InputError, match="new activations have shape"):
        place(done, blobs(), blobs(units=4))


def test_between_epochs_positions_are_blended() -> None:
    done = embed(blobs(), "pca", epochs=np.array([0.0, 1.0, 3.0]))
    assert np.array_equal(done.at(1.0)[0], done.positions[1])
    assert np.allclose(done.at(2.0)[0], (done.positions[1] + done.positions[2]) / 2, atol=1e-5)
    assert np.array_equal(done.at(-1)[0], done.positions[0])
    assert np.array_equal(done.at(99)[0], done.positions[2])


@pytest.mark.integration
def test_stored_once_and_read_without_computing(digits: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"method": "umap", **QUICK, "place_inputs": digits.inputs[:20], "place_labels": digits.labels[:20]}
    first = embedding_of(digits, "second", **options)
    monkeypatch.setattr("animviz.embed.recorded.embed", lambda *_, **__: pytest.fail("computed again"))
    again = embedding_of(Recording(digits.path), "second", threads=2, **options)
    assert np.array_equal(first.positions, again.positions)
    assert first.placed is not None
    assert again.placed is not None
    assert np.array_equal(first.placed, again.placed)
    assert str(first.scores) == str(again.scores)
    assert np.array_equal(first.held, again.held)
    assert again.settings == first.settings
    assert any(about["layer"] == "second" and np.array_equal(known.epochs, digits.epochs)
               for about, known in stored_embeddings(digits))  # fmt: skip
    assert not list((digits.path / "embeddings").glob("*.part"))


def test_reading_imports_nothing_heavy(digits: Recording) -> None:
    embedding_of(digits, "first", method="pca")
    code = f"""
import sys
from animviz import Recording
from animviz.embed import embedding_of
embedding_of(Recording({str(digits.path)!r}), "first", method="pca")
assert not {{"umap", "sklearn", "numba", "tensorflow"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_key_changes_with_everything_that_matters(digits: Recording) -> None:
    folder = digits.path / "embeddings"
    before = len(list(folder.glob("*")))
    labels = digits.labels
    for options in (
        {"method": "pca", "layer": "second"}, {"method": "pca", "layer": "input"},
        {"method": "pca", "layer": "second", "dimensions": 3}, {"method": "pca", "layer": "second", "at_most": 3},
        {"method": "pca", "layer": "second", "fit_inputs": digits.inputs[:50]},
        {"method": "pca", "layer": "second", "fit_inputs": digits.inputs[:50], "fit_labels": labels[:50]},
        {"method": "pca", "layer": "second", "place_inputs": digits.inputs[:5]},
        {"method": "pca", "layer": "second", "seed": 2},
    ):  # fmt: skip
        embedding_of(digits, **options)
    assert len(list(folder.glob("*"))) == before + 8


def test_what_another_version_stored_is_computed_again(digits: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    from animviz.embed import stored

    now = stored.FORMAT
    monkeypatch.setattr(stored, "FORMAT", now - 1)
    embedding_of(digits, "second", method="pca", seed=76)
    monkeypatch.setattr(stored, "FORMAT", now)
    assert not [about for about, _ in stored_embeddings(digits) if about["settings"]["seed"] == 76]
    embedding_of(digits, "second", method="pca", seed=76)
    assert [about["layer"] for about, _ in stored_embeddings(digits) if about["settings"]["seed"] == 76] == ["second"]


def test_a_damaged_store_is_computed_again(digits: Recording) -> None:
    done = embedding_of(digits, "second", method="pca", seed=77)
    path = max((digits.path / "embeddings").glob("*"), key=lambda path: path.stat().st_mtime_ns)
    path.write_bytes(path.read_bytes()[:100])
    assert np.array_equal(embedding_of(digits, "second", method="pca", seed=77).positions, done.positions)
    assert path.stat().st_size > 100


def test_refusals_of_recordings(digits: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecordingError, match="no layer 'third'"):
        embedding_of(digits, "third")
    with pytest.raises(InputError, match="at_most is 0"):
        embedding_of(digits, "second", at_most=0)
    monkeypatch.setattr("animviz.embed.stored.replace_file", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(RecordingError, match=r"cannot write the embedding .*disk full"):
        embedding_of(digits, "second", method="pca", seed=78)


@given(st.integers(1, 500), st.integers(1, 100))
def test_the_choice_of_snapshots_is_even(count: int, at_most: int) -> None:
    chosen = chosen_snapshots(count, at_most)
    assert len(chosen) == min(count, at_most)
    assert chosen[-1] == count - 1
    if at_most > 1:
        assert chosen[0] == 0
        assert max(np.diff(chosen), default=1) - min(np.diff(chosen), default=1) <= 1


def test_every_setting_has_a_help_line() -> None:
    from animviz.options import options_of

    for method in METHODS.values():
        assert all(option.help for option in options_of(method.settings))


def test_the_table_of_the_docs_is_what_the_command_prints() -> None:
    from animviz.embed.sets import Sets
    from animviz.embed.vote_table import table_of
    from animviz.embed.votes import Neighbourhoods
    from animviz.tables import text_of

    page = Path(__file__).parents[2] / "docs" / "embeddings.md"
    shown = page.read_text(encoding="utf-8").split("<!-- neighbours -->\n")[1].split("<!-- end -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines()[2:]]
    values = np.array([[[float(cell) for cell in cells]] for _, *cells in rows])
    layers, sets = [name for name, *_ in rows], Sets(None, None, None, None, np.arange(1), "", "", classes=True)
    found = Neighbourhoods(layers, np.zeros(1), values, sets, "")
    assert layers == ["input", "hidden_1", "hidden_2"]
    assert text_of(table_of(found), ".md").strip() == shown.strip()

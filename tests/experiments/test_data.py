"""Named arrays, and the user's own points."""

import csv
import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.experiments.data import planar as data
from animviz.experiments.data.dataset import Dataset

PLANAR: dict[str, Callable[..., Dataset]] = {
    "two_rings": data.two_rings,
    "moons": data.moons,
    "spirals": data.spirals,
    "xor": data.xor,
    "blobs": data.blobs,
}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", PLANAR)
@pytest.mark.parametrize("samples", [2, 3, 50])
def test_planar_points_are_float_pairs_with_as_many_labels_of_each_class(name: str, samples: int) -> None:
    dataset = PLANAR[name](rng(), samples=samples)
    classes = len(dataset.class_names)
    assert dataset.x.shape == (samples * classes, 2)
    assert dataset.x.dtype == np.float32
    assert dataset.y.shape == (samples * classes,)
    assert dataset.y.dtype == np.int64
    assert np.bincount(dataset.y).tolist() == [samples] * classes
    assert np.isfinite(dataset.x).all()
    assert len(set(dataset.class_names)) == classes
    assert dataset.task == "classification"


@pytest.mark.parametrize("name", PLANAR)
def test_planar_points_lie_around_the_unit_square(name: str) -> None:
    dataset = PLANAR[name](rng())
    assert 0.5 < np.abs(dataset.x).max() < 1.6


@pytest.mark.parametrize("source", [*PLANAR.values(), data.polynomial], ids=[*PLANAR, "polynomial"])
def test_the_seed_decides(source: Callable[..., Dataset]) -> None:
    first, again, other = (source(rng(seed), samples=40) for seed in (3, 3, 4))
    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.y, again.y)
    assert first.digest == again.digest
    assert not np.array_equal(first.x, other.x)
    assert first.digest != other.digest


def test_the_digest_tells_labels_apart() -> None:
    x = np.zeros((3, 2), np.float32)
    assert Dataset(x, np.array([0, 1, 1])).digest != Dataset(x, np.array([0, 1, 0])).digest
    assert len(Dataset(x, np.array([0, 1, 1])).digest) == 16


@settings(max_examples=30, deadline=None)
@given(outer=st.floats(0.5, 50), share=st.floats(0, 0.9), seed=st.integers(0, 100))
def test_rings_without_noise_have_exactly_their_radii(outer: float, share: float, seed: int) -> None:
    dataset = data.two_rings(rng(seed), samples=60, outer=outer, inner=share * outer, noise=0.0)
    radius = np.hypot(*dataset.x.T)
    np.testing.assert_allclose(radius[dataset.y == 1], outer, rtol=1e-5)
    np.testing.assert_allclose(radius[dataset.y == 0], share * outer, rtol=1e-5, atol=1e-6)


def test_rings_are_those_of_the_notebook_by_default() -> None:
    dataset = data.two_rings(rng())
    assert dataset.x.shape == (40_000, 2)
    radius, angle = np.hypot(*dataset.x.T), np.arctan2(*dataset.x.T[::-1])
    for label, middle in ((1, 1.0), (0, 0.5)):
        assert radius[dataset.y == label].mean() == pytest.approx(middle, abs=3e-4)
        assert radius[dataset.y == label].std() == pytest.approx(0.005, rel=0.05)
        # All the way round, evenly: eight sectors hold an eighth each.
        sectors = np.histogram(angle[dataset.y == label], bins=8, range=(-np.pi, np.pi))[0]
        assert np.allclose(sectors, 2_500, atol=250)
    assert dataset.outputs == 1
    assert dataset.class_names == ("inner", "outer")


def test_moons_reach_into_each_other_without_touching() -> None:
    dataset = data.moons(rng(), samples=800, noise=0.0)
    upper, lower = (1.5 * dataset.x[dataset.y == label] for label in (0, 1))
    np.testing.assert_allclose(np.hypot(upper[:, 0] + 0.5, upper[:, 1] + 0.25), 1, rtol=1e-5)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 0.5, lower[:, 1] - 0.25), 1, rtol=1e-5)
    assert upper[:, 1].max() > lower[:, 1].max()
    assert lower[:, 1].max() > upper[:, 1].min()
    assert lower[:, 0].min() < upper[:, 0].max()
    gaps = np.linalg.norm(upper[:, None] - lower[None], axis=2)
    assert gaps.min() > 0.3


@pytest.mark.parametrize(("classes", "turns"), [(2, 1.0), (3, 0.5), (10, 2.0)])
def test_spiral_arms_are_turned_copies_of_each_other(classes: int, turns: float) -> None:
    dataset = data.spirals(rng(), samples=100, classes=classes, turns=turns, noise=0.0)
    reach, angle = np.hypot(*dataset.x.T), np.arctan2(*dataset.x.T[::-1])
    assert 0.09 < reach.min() < reach.max() <= 1 + 1e-6
    away = angle - 2 * np.pi * (turns * reach + dataset.y / classes)
    np.testing.assert_allclose(np.exp(1j * away), 1, atol=1e-4)
    assert dataset.outputs == (1 if classes == 2 else classes)


@pytest.mark.parametrize("gap", [0.0, 0.05, 0.9])
def test_xor_labels_say_whether_the_signs_differ(gap: float) -> None:
    dataset = data.xor(rng(), samples=300, gap=gap)
    assert np.array_equal(dataset.y == 1, dataset.x[:, 0] * dataset.x[:, 1] < 0)
    assert np.abs(dataset.x).min() >= gap * (1 - 1e-6)
    quadrants = {tuple(signs) for signs in np.sign(dataset.x).astype(int)}
    assert quadrants == {(1, 1), (1, -1), (-1, 1), (-1, -1)}


@pytest.mark.parametrize("classes", [2, 4, 10])
def test_blobs_sit_evenly_on_a_circle(classes: int) -> None:
    dataset = data.blobs(rng(), samples=2_000, classes=classes, noise=0.05)
    centres = np.array([dataset.x[dataset.y == label].mean(axis=0) for label in range(classes)])
    np.testing.assert_allclose(np.hypot(*centres.T), 0.7, atol=0.01)
    around = np.unwrap(np.arctan2(*centres.T[::-1]))
    np.testing.assert_allclose(np.diff(around), 2 * np.pi / classes, atol=0.02)
    spread = np.array([dataset.x[dataset.y == label].std(axis=0) for label in range(classes)])
    np.testing.assert_allclose(spread, 0.05, rtol=0.1)


def test_the_polynomial_is_that_of_the_notebook_by_default() -> None:
    dataset = data.polynomial(rng())
    assert dataset.x.shape == (4_000, 1)
    assert dataset.y.shape == (4_000,)
    assert dataset.x.dtype == dataset.y.dtype == np.float32
    assert (dataset.task, dataset.outputs, dataset.class_names) == ("regression", 1, ())
    assert dataset.validation is not None
    assert dataset.shown is not None
    for x, y in ((dataset.x, dataset.y), dataset.validation, dataset.shown):
        z = x[:, 0].astype(float)
        np.testing.assert_allclose(y, z**4 - 3 * z**2 + z + 1, atol=1e-5)
    assert np.abs(dataset.x).max() <= 2
    assert np.unique(dataset.x).size > 3_990
    np.testing.assert_allclose(dataset.validation[0][:, 0], np.linspace(-2, 2, 400), atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(st.floats(-10, 10), min_size=1, max_size=8), reach=st.floats(0.01, 3))
def test_any_polynomial_can_be_asked_for(numbers: list[float], reach: float) -> None:
    text = ",".join(map(repr, numbers))
    dataset = data.polynomial(rng(), samples=30, test_samples=5, reach=reach, coefficients=text)
    z = dataset.x[:, 0].astype(float)
    expected = sum(c * z**power for power, c in enumerate(reversed(numbers)))
    np.testing.assert_allclose(dataset.y, expected, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1,x,2", "'x'"),
        ("", "''"),
        ("1,,2", "''"),
        ("nan", "'nan'"),
        ("1,inf", "'1,inf'"),
        (",".join("1" * 21), "1 to 20"),
    ],
)
def test_bad_coefficients_are_named(text: str, named: str) -> None:
    with pytest.raises(InputError, match=r"^--coefficients") as caught:
        data.polynomial(rng(), coefficients=text)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- the user's own points --------------------------------------------------------------------------------------

ROWS: list[tuple[Any, Any, Any]] = [(k, -2 * k, k % 2) for k in range(12)]


def read(path: Path) -> Dataset:
    return data.points(rng(), data=path)


def refusal(path: Path) -> str:
    """What is said of a file that cannot be used: one line that names it."""
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"--data {path}"), message
    assert "\n" not in message
    assert len(message) < 400 + len(str(path))
    return message


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: list[Any], header: tuple[str, ...] = ("x", "y", "label"), name: str = "points.csv") -> Path:
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        path = tmp_path / name
        path.write_text(text.getvalue(), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_npz(tmp_path: Path) -> Callable[..., Path]:
    def write(**changes: Any) -> Path:
        x, y, label = map(np.array, zip(*ROWS, strict=True))
        path = tmp_path / "points.npz"
        arrays = {"x": x, "y": y, "label": label, **changes}
        np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
        return path

    return write


def test_points_without_a_file_ask_for_one() -> None:
    with pytest.raises(InputError, match=r"needs a file: --data points.csv"):
        data.points(rng())


def test_csv_and_npz_give_the_same_points(write_csv: Callable[..., Path], write_npz: Callable[..., Path]) -> None:
    text, arrays = read(write_csv(ROWS)), read(write_npz())
    assert np.array_equal(text.x, arrays.x)
    assert np.array_equal(text.y, arrays.y)
    assert text.class_names == arrays.class_names == ("0", "1")
    assert text.digest == arrays.digest


def test_coordinates_are_scaled_to_the_unit_square(write_csv: Callable[..., Path]) -> None:
    dataset = read(write_csv(ROWS))
    np.testing.assert_allclose(dataset.x[:, 0], np.linspace(-1, 1, 12), atol=1e-6)
    np.testing.assert_allclose(dataset.x[:, 1], np.linspace(1, -1, 12), atol=1e-6)
    assert dataset.x.dtype == np.float32
    assert dataset.y.tolist() == [0, 1] * 6


def test_a_coordinate_that_never_changes_becomes_zero(write_csv: Callable[..., Path]) -> None:
    assert not read(write_csv([(5, k, k % 2) for k in range(12)])).x[:, 0].any()


def test_huge_coordinates_stay_finite(write_csv: Callable[..., Path]) -> None:
    dataset = read(write_csv([((-1) ** k * 1.5e308, k, k % 3 == 0) for k in range(12)]))
    np.testing.assert_allclose(dataset.x[:, 0], [1, -1] * 6)


def test_labels_may_be_text_in_any_script(write_csv: Callable[..., Path]) -> None:
    dataset = read(write_csv([(k, k, ("pomme", "Äpfel", "りんご")[k % 3]) for k in range(12)]))
    assert dataset.class_names == ("pomme", "Äpfel", "りんご")
    assert dataset.y.tolist() == [0, 1, 2] * 4
    assert dataset.outputs == 3


def test_whole_number_labels_are_ordered_by_value_and_need_not_start_at_zero(write_csv: Callable[..., Path]) -> None:
    dataset = read(write_csv([(k, k, (10, 9, -1)[k % 3]) for k in range(12)]))
    assert dataset.class_names == ("-1", "9", "10")
    assert dataset.y.tolist() == [2, 1, 0] * 4


def test_long_numbers_as_labels_stay_apart(write_csv: Callable[..., Path]) -> None:
    labels = (90071992547409930000001, 90071992547409930000002)
    dataset = read(write_csv([(k, k, labels[k % 2]) for k in range(12)]))
    assert dataset.class_names == tuple(map(str, labels))


def test_columns_may_come_in_any_order_with_others_between(write_csv: Callable[..., Path]) -> None:
    dataset = read(write_csv([(label, "note", y, x) for x, y, label in ROWS], header=("label", "note", "y", "x")))
    assert np.array_equal(dataset.x, read(write_csv(ROWS)).x)


def test_a_byte_order_mark_spaces_and_a_capital_extension_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "EXCEL.CSV"
    path.write_text("x, y, label\r\n" + "".join(f"{x}, {y}, {k}\r\n" for x, y, k in ROWS), encoding="utf-8-sig")
    assert read(path).x.shape == (12, 2)


def test_labels_of_an_npz_may_be_text_bytes_or_truth_values(write_npz: Callable[..., Path]) -> None:
    assert read(write_npz(label=np.array(["b", "a"] * 6))).class_names == ("a", "b")
    assert read(write_npz(label=np.array([True, False] * 6))).y.tolist() == [1, 0] * 6
    assert read(write_npz(label=np.array([b"b", b"a"] * 6))).class_names == ("a", "b")


@settings(max_examples=40, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 9)), min_size=10, max_size=40
    ).filter(lambda rows: len({row[2] for row in rows}) > 1)
)
def test_any_good_file_is_read_to_the_last_row(points: list[tuple[float, float, int]], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("points") / "p.csv"
    path.write_text("x,y,label\n" + "".join(f"{x!r},{y!r},{label}\n" for x, y, label in points))
    dataset = read(path)
    assert [int(dataset.class_names[label]) for label in dataset.y] == [label for _, _, label in points]
    assert np.abs(dataset.x).max() <= 1 + 1e-6
    for axis in (0, 1):
        order = np.argsort([point[axis] for point in points], kind="stable")
        assert (np.diff(dataset.x[order, axis]) >= 0).all()


@pytest.mark.parametrize("missing", ["x", "y", "label"])
def test_a_missing_column_is_named(
    missing: str, write_csv: Callable[..., Path], write_npz: Callable[..., Path]
) -> None:
    header = tuple("other" if name == missing else name for name in ("x", "y", "label"))
    assert f"no column '{missing}'; it has {', '.join(header)}" in refusal(write_csv(ROWS, header=header))
    assert f"no array '{missing}'" in refusal(write_npz(**{missing: None}))


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    assert "no column 'x'; it has none" in refusal(path)
    path = tmp_path / "empty.npz"
    path.touch()
    assert "not a readable .npz file" in refusal(path)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "NaN", "1e999"])
def test_coordinates_that_are_not_finite_are_refused(value: str, write_csv: Callable[..., Path]) -> None:
    rows = [*ROWS[:5], (1, value, 0), *ROWS[5:]]
    message = refusal(write_csv(rows))
    assert "y is" in message
    assert "expected finite numbers" in message


@pytest.mark.parametrize("name", ["x", "y", "label"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_arrays_that_are_not_finite_are_refused(name: str, value: float, write_npz: Callable[..., Path]) -> None:
    values = np.array([0.0, 1.0] * 6)
    values[7] = value
    assert f"{name} " in refusal(write_npz(**{name: values}))


def test_a_word_in_place_of_a_number_is_named_with_its_line(write_csv: Callable[..., Path]) -> None:
    rows = [*ROWS[:5], ("seven", 1, 0), *ROWS[5:]]
    assert "line 7: x is 'seven', not a number" in refusal(write_csv(rows))


def test_the_line_is_that_of_the_file_when_lines_are_blank_or_cells_span_several(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    good = [f"{x},{y},{label}" for x, y, label in ROWS]
    path.write_text("\n".join(["x,y,label", *good, "", "", "seven,1,0"]))
    assert "line 16: x is 'seven'" in refusal(path)
    path.write_text("\n".join(["x,y,label,note", *(f'{row},"two\nlines"' for row in good), "seven,1,0,"]))
    assert "line 26: x is 'seven'" in refusal(path)


@pytest.mark.parametrize(
    ("row", "name"), [(("", 1, 0), "x"), ((1, "  ", 0), "y"), ((1, 1, ""), "label"), ((1, 1), "label")]
)
def test_an_empty_cell_is_named_with_its_line(row: tuple[Any, ...], name: str, write_csv: Callable[..., Path]) -> None:
    assert f"line 5: {name} is empty" in refusal(write_csv([*ROWS[:3], row, *ROWS[3:]]))


def test_a_single_class_is_refused(write_csv: Callable[..., Path], write_npz: Callable[..., Path]) -> None:
    assert "only one class, cat" in refusal(write_csv([(k, k, "cat") for k in range(12)]))
    assert "only one class, 3" in refusal(write_npz(label=np.full(12, 3)))


@pytest.mark.parametrize("count", [0, 1, 9])
def test_too_few_rows_are_refused(count: int, write_csv: Callable[..., Path], write_npz: Callable[..., Path]) -> None:
    assert f"{count} rows; expected at least 10" in refusal(write_csv(ROWS[:count]))
    assert f"{count} rows" in refusal(write_npz(**{name: np.arange(count) for name in ("x", "y", "label")}))


def test_ten_rows_and_ten_classes_are_enough_and_eleven_classes_too_many(write_csv: Callable[..., Path]) -> None:
    assert len(read(write_csv([(k, k, k) for k in range(10)])).class_names) == 10
    assert "11 classes; expected at most 10" in refusal(write_csv([(k, k, k) for k in range(11)]))


def test_arrays_of_different_lengths_are_refused(write_npz: Callable[..., Path]) -> None:
    assert "12, 11 and 12 rows" in refusal(write_npz(y=np.arange(11.0)))
    assert "12, 12 and 13 rows" in refusal(write_npz(label=np.arange(13) % 2))


@pytest.mark.parametrize("name", ["x", "y", "label"])
@pytest.mark.parametrize("array", [np.zeros((12, 2)), np.zeros(12, complex), np.array(1.0)])
def test_arrays_of_another_form_are_refused(name: str, array: np.ndarray, write_npz: Callable[..., Path]) -> None:
    assert f"{name} has shape {array.shape}" in refusal(write_npz(**{name: array}))


def test_text_in_place_of_coordinates_is_refused(write_npz: Callable[..., Path]) -> None:
    assert "x has shape (12,) of <U1" in refusal(write_npz(x=np.array(["a"] * 12)))


class Bomb:
    """Unpickling this creates a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("name", ["x", "y", "label", "extra"])
def test_pickled_objects_are_never_loaded(name: str, write_npz: Callable[..., Path], tmp_path: Path) -> None:
    trace = tmp_path / "executed"
    path = write_npz(**{name: np.array([Bomb(trace)] * 12, dtype=object)})
    with np.load(path, allow_pickle=True) as archive:
        archive[name]  # the bomb is live
    assert trace.exists()
    trace.unlink()
    if name == "extra":
        assert read(path).x.shape == (12, 2)
    else:
        assert "holds Python objects" in refusal(path)
    assert not trace.exists()


def test_a_bare_pickle_under_the_name_of_an_archive_is_never_loaded(tmp_path: Path) -> None:
    trace, path = tmp_path / "executed", tmp_path / "points.npz"
    path.write_bytes(pickle.dumps(Bomb(trace)))
    refusal(path)
    assert not trace.exists()


def test_a_bare_array_under_the_name_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.npz"
    with path.open("wb") as file:
        np.save(file, np.arange(12))
    refusal(path)


@settings(max_examples=60, deadline=None)
@given(data_=st.data())
def test_a_truncated_archive_is_refused(data_: st.DataObject, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("cut") / "points.npz"
    x, y, label = map(np.array, zip(*ROWS, strict=True))
    np.savez_compressed(path, x=x, y=y, label=label)
    whole = path.read_bytes()
    path.write_bytes(whole[: data_.draw(st.integers(0, len(whole) - 1))])
    refusal(path)


@settings(max_examples=60, deadline=None)
@given(data_=st.data())
def test_a_damaged_archive_is_refused_or_harmless(data_: st.DataObject, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("damage") / "points.npz"
    x, y, label = map(np.array, zip(*ROWS, strict=True))
    np.savez_compressed(path, x=x, y=y, label=label)
    before = read(path)
    contents = bytearray(path.read_bytes())
    contents[data_.draw(st.integers(0, len(contents) - 1))] ^= data_.draw(st.integers(1, 255))
    path.write_bytes(contents)
    try:
        after = read(path)
    except InputError as error:
        assert str(error).startswith(f"--data {path}")  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:  # a byte of no consequence, such as a date
        assert np.array_equal(before.x, after.x)
        assert np.array_equal(before.y, after.y)


def test_an_archive_of_anything_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", "not an array")
        archive.writestr("y.npy", "nor this")
        archive.writestr("label.npy", "nor this")
    refusal(path)


@pytest.mark.parametrize("name", ["points.txt", "points", "points.npy", "points.csv.gz"])
def test_another_extension_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x,y,label\n")
    assert "expected a .csv or .npz file" in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["gone.csv", "gone.npz"])
def test_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / name)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "no such file" in refusal(tmp_path / "folder.csv")


@pytest.mark.parametrize("contents", [b"\xff\xfe\x00x,y", b"x,y,label\n1,2,\xe9\n", b"PK\x03\x04\x00\x00\xff"])
def test_a_csv_file_that_is_not_text_is_refused(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(contents)
    assert "not a CSV text file" in refusal(path)


@settings(max_examples=60, deadline=None)
@given(contents=st.binary(max_size=49))
def test_any_bytes_are_read_or_refused_in_one_line(contents: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("bytes") / "points.csv"
    path.write_bytes(b"x,y,label\n" + contents)
    refusal(path)


def test_a_huge_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y,label\n" + "1" * 200_000 + ",1,0\n")
    refusal(path)

"""The lessons that the pictures teach hold on real training at the defaults."""

from pathlib import Path

import pytest

from animviz import Recording
from animviz.cli.main import main
from animviz.pictures.discovery import find_scene, scene_names

RINGS = ["2-1-2-1", "2-2-2-1", "2-3-2-1", "2-4-2-1"]
POLYNOMIALS = ["1-2-1", "1-2-2-2-1", "1-6-1", "1-3-3-1", "1-3-1-3-1", "1-3-3-1-3-3-1"]
QUICK = ["--size", "320x180", "--seconds", "3"]

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def rendered(scene: str, arch: str, monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str) -> Recording:
    """Render from the command line at the defaults of data and training, and return the recording."""
    monkeypatch.chdir(folder)
    main(["render", scene, "--arch", arch, *QUICK, *options])  # it exits where something is wrong
    assert (folder / "renders" / f"{scene}-{arch}.mp4").stat().st_size > 10_000
    experiment = find_scene(scene).experiment
    return Recording(folder / "renders" / f"{experiment}-{arch}.rec")


@pytest.mark.parametrize("arch", RINGS)
def test_two_hidden_units_cannot_part_rings_and_three_can(
    arch: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    accuracy = rendered("rings", arch, monkeypatch, tmp_path)[-1].scores["accuracy"]
    assert accuracy == 1.0 if arch in ("2-3-2-1", "2-4-2-1") else accuracy <= 0.92


@pytest.mark.parametrize("arch", POLYNOMIALS)
def test_every_architecture_of_the_notebook_fits_a_polynomial(
    arch: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recording = rendered("polyfit", arch, monkeypatch, tmp_path)
    assert recording[-1].scores["loss"] < 0.4 * recording[0].scores["loss"]


@pytest.mark.parametrize("experiment", ["moons", "spirals", "xor", "blobs"])
def test_other_experiments_are_learned_at_their_defaults(
    experiment: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["record", experiment, "-o", "run.rec"])
    assert Recording("run.rec")[-1].scores["accuracy"] > 0.95


# Scenes of classifiers of images, and how long the trainings behind them may take.
IMAGES = [name for name in scene_names() if find_scene(name).experiment in ("digits_mlp", "digits_plane")]
FEWER = dict.fromkeys(("umap", "tsne", "layers"), ("--samples", "150"))  # minutes otherwise


def test_every_picture_of_images_renders_from_its_default_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in IMAGES:
        main(["render", name, "--size", "320x180", "--seconds", "3", "--fps", "5", *FEWER.get(name, ())])
        (video,) = (tmp_path / "renders").glob(f"{name}-784-*.mp4")
        assert video.stat().st_size > 5_000
    assert len(list((tmp_path / "renders").glob("*.rec"))) == 2  # scenes share what was trained


def test_every_picture_of_images_renders_from_images_of_another_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, odd_images: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in IMAGES:
        less = ("--size", "320x180", "--seconds", "3", "--fps", "5", *FEWER.get(name, ()))
        main(["render", name, "--data", str(odd_images), *less])
        (video,) = (tmp_path / "renders").glob(f"{name}-840-*.mp4")
        assert video.stat().st_size > 5_000

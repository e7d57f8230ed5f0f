"""Paint: the lesson on real trainings, and that the picture says of the networks what is so."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.spectrum import amplitudes
from animviz.errors import InputError, SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.paint import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.recorders.layers import dense
from animviz.scenes.families.canvas import Canvas
from animviz.stage.heatmap import Heatmap
from helpers.layout import texts
from helpers.pairs import contradictions

SMALL = {"side": 12, "arch": "2-16-16-*", "epochs": 4, "every": "1"}


def painted(path: Path, **options: object) -> Recording:
    return record(experiment_named("paint").run(options), path, UNSAID, ())


def drawn(recording: Recording, epoch: float, size: tuple[int, int] = (1280, 720)) -> Stage:
    stage = Stage(size)
    find_scene("paint").set_up(stage, recording)(Moment(0.0, epoch, 1.0))
    stage.paint()
    return stage


def canvas_end(recording: Recording) -> float:
    canvas = Canvas.painted_by(recording)
    return canvas.off(canvas.of(canvas.networks[0][1].at(float(recording.epochs[-1]))))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_relu_paints_a_blur_and_sines_paint_the_picture(seed: int, tmp_path: Path) -> None:
    recording = painted(tmp_path / "a.rec", seed=seed)
    canvas = Canvas.painted_by(recording)
    assert [name for name, _ in canvas.networks] == ["ReLU", "Fourier", "sine"], "from the worst to the best"
    own, ends, fine = amplitudes(canvas.target), {}, {}
    for name, network in canvas.networks:
        answer = canvas.of(network.at(200.0))
        ends[name] = canvas.off(answer)
        assert ends[name] ** 2 == pytest.approx(network[-1].scores["loss"], rel=1e-3)
        fine[name] = (amplitudes(answer) / own)[15:].mean()
    assert ends["ReLU"] > 0.06 > 0.04 > ends["Fourier"]
    assert ends["sine"] < 0.01
    assert fine["ReLU"] < 0.4 < fine["Fourier"] < fine["sine"]
    assert fine["sine"] > 0.85
    title = f"ReLU ends {100 * ends['ReLU']:.1f} % off, sine {100 * ends['sine']:.1f} %"
    assert title in texts(drawn(recording, 200.0))


def test_networks_are_trained_as_if_they_were_alone(tmp_path: Path) -> None:
    together = painted(tmp_path / "a.rec", **SMALL)
    alone = painted(tmp_path / "b.rec", **SMALL, networks="relu")
    same = Canvas.painted_by(alone).networks[0][1]
    first = next(network for name, network in Canvas.painted_by(together).networks if name == "ReLU")
    assert np.allclose(first.at(4.0).outputs(), same.at(4.0).outputs(), atol=1e-4)
    assert [one for one, _ in Canvas.painted_by(alone).networks] == ["ReLU"]
    assert f"ReLU ends {100 * canvas_end(alone):.1f} % off" in texts(drawn(alone, 4.0))


def test_pictures_maps_and_numbers_are_those_of_the_state(tmp_path: Path) -> None:
    recording = painted(tmp_path / "a.rec", **SMALL)
    canvas = Canvas.painted_by(recording)
    stage = drawn(recording, 2.5)
    assert contradictions(stage) == []
    cells = list(stage.figure.findobj(Heatmap))
    assert len(cells) == 7
    answers = [canvas.of(network.at(2.5)) for _, network in canvas.networks]
    for artist, image in zip(cells, [canvas.target, *answers], strict=False):
        assert np.abs(artist._cells[..., :3] / 255 - np.clip(image, 0, 1)).max() < 0.003
    written = next(one for one in stage.pairs if one.name == "off").texts()
    assert list(written) == [f"{100 * np.sqrt(((one - canvas.target) ** 2).mean()):.1f} %" for one in answers]
    lines = [line.get_ydata() for axes in stage.figure.axes for line in axes.lines if len(line.get_ydata()) == 6]
    assert np.allclose(lines, [amplitudes(one) for one in (*answers, canvas.target)], rtol=1e-5)


def test_pixels_lie_where_they_lay(tmp_path: Path) -> None:
    pixels = np.zeros((10, 16, 3), np.uint8)
    pixels[0, :, 0] = pixels[:, 0, 1] = 255  # red above, green on the left
    Image.fromarray(pixels).save(tmp_path / "own.png")
    dataset = experiment_named("paint").run({"image": str(tmp_path / "own.png"), "side": 16}).dataset
    assert dataset.title == "own, 16 x 10 pixels"
    assert np.array_equal(dataset.y.reshape(10, 16, 3), pixels / np.float32(255))
    assert dataset.x[0, 0] < dataset.x[1, 0]
    assert dataset.x[0, 1] == dataset.x[1, 1] < dataset.x[-1, 1]
    recording = painted(tmp_path / "a.rec", **{**SMALL, "image": str(tmp_path / "own.png"), "side": 16})
    assert np.array_equal(Canvas.painted_by(recording).target, dataset.y.reshape(10, 16, 3))
    for size in ((1280, 720), (720, 720), (720, 1280)):
        drawn(recording, 4.0, size)


def test_pictures_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_text("no picture")
    for image, message in (("rose", "expected temple, flower"), (str(tmp_path / "no.png"), "cannot be read")):
        with pytest.raises(InputError, match=message):
            experiment_named("paint").run({"image": image})
    with pytest.raises(InputError, match="expected some of relu,fourier,sine"):
        painted(tmp_path / "a.rec", **{**SMALL, "networks": "cosine"})


def test_a_network_of_ones_own_is_drawn(tmp_path: Path) -> None:
    xs, ys = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 7))
    places = np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)[::-1]  # in another order
    shades = places[:, 0] * places[:, 1]
    layers = [dense("inner", "tanh", kernel="u", bias="b"), dense("answer", kernel="v", bias="c")]
    rng, loss = np.random.default_rng(0), "mean_squared_error"
    with animviz.ArrayRecorder(tmp_path / "own.rec", places, shades, layers=layers, loss=loss) as session:
        for size in (1.0, 0.5):
            session.capture(
                {"u": size * rng.normal(size=(2, 8)), "b": np.zeros(8), "v": rng.normal(size=(8, 1)), "c": np.zeros(1)}
            )
    recording = Recording(tmp_path / "own.rec")
    target = Canvas.painted_by(recording).target[..., 0]
    assert np.allclose(target, xs * ys)
    assert contradictions(drawn(recording, 1.0)) == []


def test_other_recordings_are_refused(trained: Callable[..., Recording], tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="paint draws regression; "):
        animviz.frame_at("paint", trained("digits_mlp", arch="64-16-8-10"), 0.0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0, callbacks=[animviz.Recorder(tmp_path / "b.rec", inputs=x, labels=y)])
    with pytest.raises(SceneError, match="even lattice"):
        animviz.frame_at("paint", Recording(tmp_path / "b.rec"), 0.0)

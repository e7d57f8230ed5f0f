"""Real trainings in PyTorch, in the style of tutorials, drawn in a process that has no PyTorch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

import animviz
from animviz import Recording
from animviz.analysis.classifier import ignored_in_words, labels_of
from animviz.analysis.decision import class_scores, last_hidden
from animviz.analysis.labels import SampleLabels
from animviz.analysis.verdicts import Verdicts
from animviz.embed.sets import own_set
from animviz.parts import images_of
from animviz.scenes.families.inputs import InputPlaces
from animviz.scenes.families.layers import Probe

pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # workers share the processor's cores


class Spirals(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.out = nn.Linear(2, 8), nn.Linear(8, 3), nn.Linear(3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.fc2(functional.relu(self.fc1(x))))).squeeze(1)


class ConvNet(nn.Module):
    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, 4, 3, padding=1), nn.Conv2d(4, 6, 3)
        self.fc1, self.fc2, self.drop = nn.Linear(6 * 2 * 2, 16), nn.Linear(16, 10), nn.Dropout(0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = torch.flatten(functional.relu(self.conv2(x)), 1)
        return functional.log_softmax(self.fc2(self.drop(functional.relu(self.fc1(x)))), dim=1)


class Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 64), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.encoder(x)).view(-1, 1, 8, 8)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.out = nn.Linear(2, 6), nn.Linear(6, 6), nn.Linear(6, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = functional.relu(self.first(x))
        return self.out(hidden + torch.tanh(self.second(hidden)))


def train(path: Path, model: nn.Module, loss: Any, x: torch.Tensor, y: torch.Tensor, **options: Any) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with animviz.watch(model, path, **{"inputs": x, "labels": y, "loss": loss, **options}) as run:
        for _ in range(3):
            for part in torch.randperm(len(x)).split(32):
                optimizer.zero_grad()
                value = loss(model(x[part]), y[part])
                value.backward()
                optimizer.step()
                run.step(loss=value)
            run.epoch()


SCENES = {
    "spirals": ["rings", "boundary", "network", "hidden", "history", "confusion", "probabilities", "units", "pca"],
    "curve": ["polyfit", "history"],
    "convnet": ["digits", "weights", "dataset", "predictions", "ensemble", "umap", "units", "boxplot", "ridgelines"],
    "flat": ["network", "weights", "digits", "importance", "pixels"],
    "colours": ["network", "weights", "digits", "predictions", "pixels"],
    "autoencoder": ["history", "umap"],
    "residual": ["confusion", "history", "units", "umap"],
    "ignored": [
        "boundary", "rings", "network", "confusion", "dataset", "margins", "importance", "pixels",
        "predictions", "probabilities", "pca", "layers",
    ],
    "deep": ["digits"],
}  # fmt: skip
FEW = {
    "deep": ["digits"],
    "ignored": ["confusion", "boundary"],
    "spirals": ["rings", "boundary"],
    "curve": ["polyfit"],
    "convnet": ["digits", "weights"],
    "flat": ["network"],
}
DRAW = """
import importlib.abc, json, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "keras", "tensorflow", "jax"):
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
import animviz
failed = {}
for name, scenes in json.loads(sys.argv[2]).items():
    recording = animviz.Recording(f"{sys.argv[1]}/{name}.rec")
    for scene in scenes:
        try:
            pixels = animviz.frame_at(scene, recording, recording.epochs[-1], size=(960, 540))
            assert pixels.std() > 2, "the picture is empty"
        except Exception as error:
            failed[f"{name}: {scene}"] = f"{type(error).__name__}: {error}"
json.dump(failed, open(f"{sys.argv[1]}/failed.json", "w"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("torch")
    torch.manual_seed(0)
    angles, inner = 6.3 * torch.rand(160), torch.arange(160) % 2
    points = torch.stack([angles.cos(), angles.sin()], 1) * (1 + inner[:, None])
    train(place / "spirals.rec", Spirals(), nn.BCEWithLogitsLoss(), points, inner.float())
    train(place / "residual.rec", Residual(), nn.CrossEntropyLoss(), points, inner)
    some = torch.where(torch.rand(160) < 0.3, -100, inner)
    train(place / "ignored.rec", nn.Sequential(nn.Linear(2, 2)), nn.CrossEntropyLoss(ignore_index=-100), points, some)
    x = torch.linspace(-1, 1, 60)[:, None]
    train(place / "curve.rec", nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)), nn.MSELoss(), x, x**3 - x)
    digits = load_digits()
    images, kinds = (
        torch.tensor(digits.images[:300] / 16, dtype=torch.float32)[:, None],
        torch.tensor(digits.target[:300]),
    )
    train(place / "convnet.rec", ConvNet(), functional.nll_loss, images, kinds)
    blocks = [part for _ in range(6) for part in (nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1), nn.ReLU())]
    deep = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(64, 10))
    train(place / "deep.rec", deep, nn.CrossEntropyLoss(), images[:60], kinds[:60])
    flat = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    train(place / "flat.rec", flat, nn.CrossEntropyLoss(), images, kinds)
    coloured = torch.cat([images, 0 * images, images.flip(3)], 1)
    flat = nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.ReLU(), nn.Linear(16, 10))
    train(place / "colours.rec", flat, nn.CrossEntropyLoss(), coloured, kinds)
    train(place / "autoencoder.rec", Autoencoder(), nn.MSELoss(), images, images, labels=kinds, targets=images)
    return place


@pytest.mark.parametrize("scenes", [FEW, pytest.param(SCENES, marks=pytest.mark.slow)], ids=["few", "all"])
def test_scenes_draw_without_pytorch(folder: Path, scenes: dict[str, list[str]]) -> None:
    command = [sys.executable, "-c", DRAW, str(folder), json.dumps(scenes)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "failed.json").read_text()) == {}


def test_an_autoencoder_is_a_reconstruction_with_labels_as_colours(folder: Path) -> None:
    recording = Recording(folder / "autoencoder.rec")
    (output,) = recording.manifest.outputs
    assert (output.task, output.target) == ("reconstruction", "inputs")
    assert len(recording.manifest.labels.names) == 10
    assert recording.activations(3, "encoder.3").shape == (300, 2)


def test_images_of_channels_first_are_drawn_with_their_colours(folder: Path) -> None:
    recording = Recording(folder / "colours.rec")
    images = images_of(recording, "test")
    assert images.shape == (300, 8, 8, 3)
    np.testing.assert_array_equal(images[..., 0], recording.inputs[:, 0])
    assert not images[..., 1].any()


def test_weights_lie_at_the_pixels_that_they_read(folder: Path) -> None:
    recording = Recording(folder / "colours.rec")
    places = InputPlaces(recording, "test")
    image = recording.inputs[:1]  # what is laid out as the network reads it is the image itself
    np.testing.assert_allclose(places.laid_out(image.reshape(1, -1), mean=True)[0], image[0].mean(axis=0), rtol=1e-6)


def test_maps_are_drawn_with_their_channels_last(folder: Path) -> None:
    recording = Recording(folder / "convnet.rec")
    state = recording.at(3)
    maps = Probe(recording, np.array([4, 7])).activations(state, "conv1")
    assert maps.shape == (2, 8, 8, 4)
    np.testing.assert_allclose(maps, np.moveaxis(state.activations("conv1")[[4, 7]], 1, -1), rtol=1e-6)


def test_samples_whose_target_is_ignored_are_not_counted(folder: Path) -> None:
    recording = animviz.Recording(folder / "ignored.rec")
    known = np.asarray(recording.labels) >= 0
    verdicts = Verdicts(recording, "confusion")
    last = len(recording) - 1
    assert 0 < known.sum() < 160
    assert verdicts.matrix(last).sum() == known.sum()
    assert verdicts.accuracy(last) == pytest.approx(recording.entries[last].scores["accuracy"])
    assert not verdicts.wrong(last)[~known].any()
    assert ignored_in_words(labels_of(recording, "confusion")) == [f"{(~known).sum()} ignored"]
    assert own_set(recording, SampleLabels.of(recording), 1000).fitted == f"{known.sum()} of 160"


def test_a_normalised_net_has_a_boundary_too(tmp_path: Path) -> None:
    """Its lines are not where the weighted sums are 0, and none are drawn."""
    torch.manual_seed(0)
    dense, normal = (nn.Linear(2, 4), nn.Linear(4, 3), nn.Linear(3, 1)), (nn.BatchNorm1d(4), nn.LayerNorm(3))
    model = nn.Sequential(dense[0], normal[0], nn.ReLU(), dense[1], normal[1], nn.Tanh(), dense[2])
    nn.init.normal_(normal[0].running_mean)
    x = torch.randn(40, 2)
    inside = (x.norm(dim=1, keepdim=True) < 1).float()
    animviz.watch(model, tmp_path / "a.rec", inputs=x, labels=inside, loss=nn.BCEWithLogitsLoss()).close()
    recording = Recording(tmp_path / "a.rec")
    assert last_hidden(recording) == "5"
    scores = class_scores(recording.at(0), "input", x.numpy())[:, 1]
    np.testing.assert_allclose(scores, model.eval()(x).detach()[:, 0], rtol=1e-4, atol=1e-5)
    for scene in ("boundary", "rings"):
        assert animviz.frame_at(scene, recording, 0, size=(640, 360)).any()

"""Layers replayed in NumPy from PyTorch's weights against PyTorch, and which models are left to stored activations."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from animviz.recorders.samples import Samples
from animviz.recorders.torch.looking import Seen, looked_at
from animviz.recorders.torch.modules import BENDING, TRANSLATIONS
from animviz.recorders.torch.naming import as_array, as_column, named_weights
from animviz.recorders.torch.running import run
from animviz.recorders.torch.translating import AS_MODULES
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_chain

pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # workers share the processor's cores

BENT = [kind() for kind in BENDING if "Softmax" not in kind.__name__]
BENT += [nn.Softmax(-1), nn.LogSoftmax(-1), nn.LeakyReLU(), nn.LeakyReLU(0.3), nn.ELU(), nn.GELU(), nn.GELU("tanh")]
BENT += [nn.CELU(), nn.Softplus(), nn.Hardtanh()]


def seen(module: nn.Module, x: np.ndarray) -> tuple[Seen, dict[str, np.ndarray]]:
    tensors = named_weights(module)
    weights = {name: as_array(tensor) for name, tensor in tensors.items()}
    return looked_at(module, {id(tensor): name for name, tensor in tensors.items()}, weights, Samples.of(x)), weights


def shaken(module: nn.Module, seed: int) -> nn.Module:
    """Give every weight and statistic a value of its own."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.state_dict(keep_vars=True).items():
            if tensor.is_floating_point():
                drawn = torch.randn(tensor.shape, generator=generator, dtype=torch.float64) * 0.5
                tensor.copy_(drawn.abs() + 0.5 if "var" in name else drawn)
    return module


def assert_replayed(module: nn.Module, x: np.ndarray) -> tuple[Layer, ...]:
    """Require that a module is a chain, each layer of which NumPy computes as PyTorch does."""
    found, weights = seen(module, x)
    assert is_chain(found.layers), [layer for layer in found.layers if not layer.replayable]
    _, value = run(module, x)
    expected = as_column(as_array(value))
    replayed = forward(found.layers, weights, x)
    assert replayed.dtype == expected.dtype
    values, largest = x, 1.0
    for layer in found.layers:
        values = forward([layer], weights, values)
        largest = max(largest, float(np.abs(values).max()))
    np.testing.assert_allclose(replayed, expected, rtol=1e-5, atol=1e-5 * largest)
    return found.layers


def images(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


@st.composite
def dense_nets(draw: st.DrawFn) -> tuple[int, list[nn.Module]]:
    width = first = draw(st.integers(1, 5))
    layers: list[nn.Module] = []
    for _ in range(draw(st.integers(1, 4))):
        units = draw(st.integers(1, 6))
        layers += [nn.Linear(width, units, bias=draw(st.booleans()))]
        norms = [nn.BatchNorm1d(units), nn.BatchNorm1d(units, affine=False), nn.LayerNorm(units), nn.Dropout(0.5)]
        layers += draw(st.lists(st.sampled_from([*norms, nn.Identity(), nn.AlphaDropout()]), max_size=1))
        layers += draw(st.lists(st.sampled_from(BENT), max_size=1))
        width = units
    return first, layers


@settings(max_examples=40, deadline=None)
@given(net=dense_nets(), seed=st.integers(0, 1000), nested=st.booleans())
def test_dense_nets_are_replayed(net: tuple[int, list[nn.Module]], seed: int, nested: bool) -> None:
    inputs, layers = net
    module = nn.Sequential(*layers[:2], nn.Sequential(*layers[2:])) if nested else nn.Sequential(*layers)
    assert_replayed(shaken(module, seed), images(seed, 20, inputs))


@st.composite
def convolutional_nets(draw: st.DrawFn) -> tuple[int, int, int, list[nn.Module]]:
    rank, channels, side = (
        draw(st.sampled_from([1, 2])),
        draw(st.integers(1, 3)),
        draw(st.integers(17, 20)),
    )  # enough for all
    convolution, pools, norm = {
        1: (nn.Conv1d, (nn.MaxPool1d, nn.AvgPool1d), nn.BatchNorm1d),
        2: (nn.Conv2d, (nn.MaxPool2d, nn.AvgPool2d), nn.BatchNorm2d),
    }[rank]
    width, layers = channels, []
    for _ in range(draw(st.integers(1, 2))):
        groups = draw(st.sampled_from([1, width]))
        filters = groups * draw(st.integers(1, 2))
        dilation = draw(st.integers(1, 2))
        if draw(st.booleans()):
            options: dict[str, Any] = {"padding": "same", "stride": 1}
        else:
            options = {"padding": draw(st.integers(0, 2)), "stride": draw(st.integers(1, 2))}
        size = draw(
            st.sampled_from([1, 3] if options["padding"] == "same" else [1, 2, 3])
        )  # even ones make PyTorch warn
        bias = draw(st.booleans())
        layers.append(convolution(width, filters, size, groups=groups, dilation=dilation, bias=bias, **options))
        layers += draw(st.lists(st.sampled_from([norm(filters), nn.ReLU(), nn.Tanh(), nn.Softmax(1)]), max_size=2))
        width = filters
    pool = draw(st.sampled_from(pools))
    layers.append(pool(2, stride=draw(st.integers(1, 2)), padding=draw(st.integers(0, 1))))
    average, largest = (
        (nn.AdaptiveAvgPool1d, nn.AdaptiveMaxPool1d) if rank == 1 else (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
    )
    layers += draw(st.sampled_from([[], [average(1)], [largest(1)], [average(2)], [average(3)]]))
    return rank, channels, side, [*layers, nn.Flatten(), nn.LazyLinear(4)]


@settings(max_examples=25, deadline=None)
@given(net=convolutional_nets(), seed=st.integers(0, 1000))
def test_convolutional_nets_are_replayed(net: tuple[int, int, int, list[nn.Module]], seed: int) -> None:
    rank, channels, side, layers = net
    x = images(seed, 17, channels, *([side] * rank))
    module = nn.Sequential(*layers)
    module(torch.tensor(x))
    assert_replayed(shaken(module, seed), x)


class Tutorial(nn.Module):
    """As in a hundred tutorials: layers in the constructor, functions in between."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 3)
        self.norm, self.drop = nn.BatchNorm2d(4), nn.Dropout2d(0.4)
        self.fc1, self.fc2 = nn.Linear(5 * 3 * 2, 7), nn.Linear(7, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert x.shape[1] == 3
        x = (x - 0.5) / 0.25
        x = functional.max_pool2d(functional.relu(self.norm(self.conv1(x))), 2)
        x = self.drop(torch.tanh(self.conv2(x)))
        x = functional.avg_pool2d(x, (1, 2))
        x = x.view(x.size(0), -1)
        x = functional.dropout(functional.leaky_relu(self.fc1(x), 0.2), 0.5, self.training)
        return functional.log_softmax(self.fc2(x), dim=1)


def test_functions_between_layers_are_replayed() -> None:
    layers = assert_replayed(shaken(Tutorial(), 3), images(0, 19, 3, 10, 12))
    names = [layer.name for layer in layers]
    assert names[:6] == ["sub", "div", "conv1", "norm", "relu", "max_pool2d"]
    assert (names[-1], layers[-1].activation) == ("fc2", "log_softmax")
    assert [layer.layout for layer in layers[:3]] == ["channels_first"] * 3
    assert layers[2].output_shape == (4, 10, 12)  # as PyTorch gives it


class FromScratch(nn.Module):
    """Matrices of one's own, and a layer of one's own."""

    class Shifted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.randn(5, 6)), nn.Parameter(torch.randn(5))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(functional.linear(x, self.weight, self.bias))

    def __init__(self) -> None:
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.randn(2, 6)), nn.Parameter(torch.randn(6))
        self.second, self.last = self.Shifted(), nn.Linear(5, 1)
        self.seen: list[torch.Tensor] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(x @ self.w1 + self.b1)
        self.mean = hidden.mean()  # kept, and nowhere used
        return self.last(self.second(hidden)).squeeze(-1)


def test_matrices_of_ones_own_are_dense_layers() -> None:
    layers = assert_replayed(shaken(FromScratch(), 1), images(1, 15, 2))
    assert [(layer.kind, layer.kernel, layer.bias) for layer in layers if layer.kind == "Dense"] == [
        ("Dense", "w1", "b1"), ("Dense", "second.weight", "second.bias"), ("Dense", "last.weight", "last.bias"),
    ]  # fmt: skip
    assert layers[-1].output_shape == (1,)


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Linear(4, 6, dtype=torch.float64), nn.Tanh(), nn.Linear(6, 2, dtype=torch.float64)),
        nn.Sequential(nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 2, 2), nn.ReLU(inplace=True), nn.Flatten()),
        nn.Linear(4, 2),
    ],
    ids=["double", "unflatten", "a single layer"],
)
def test_further_layers_are_replayed(module: nn.Module) -> None:
    assert_replayed(shaken(module, 2), images(2, 14, 4))


def test_layers_over_steps_are_replayed() -> None:
    module = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm([3, 6]), nn.GELU(), nn.Linear(6, 2))
    layers = assert_replayed(shaken(module, 2), images(2, 14, 3, 4))
    assert {layer.layout for layer in layers} == {"channels_last"}


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(functional.relu(self.first(x)) + x)


class InPlace(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.first(x)
        hidden.view(-1)[::2] += 1
        return self.second(hidden)


class Looking(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.first(x)
        return self.second(hidden if hidden.mean() > 0 else -hidden)


class AlwaysDropping(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(functional.dropout(self.first(x)))


class AcrossSamples(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).flatten().view(3, -1).T)


class Flipped(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).flip(1))


@pytest.mark.parametrize("kind", [Residual, InPlace, Looking, AlwaysDropping, AcrossSamples, Flipped])
def test_what_is_no_chain_is_not_taken_for_one(kind: type[nn.Module]) -> None:
    found, _ = seen(shaken(kind(), 4), images(4, 26, 3))
    assert not is_chain(found.layers)
    assert {"first", "second"} <= {layer.name for layer in found.layers}


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), nn.ReLU()),
        nn.Sequential(nn.MaxPool2d(2, ceil_mode=True), nn.Conv2d(1, 2, 1)),
        nn.Sequential(nn.BatchNorm2d(1, track_running_stats=False), nn.Conv2d(1, 2, 1)),
        nn.Sequential(nn.GroupNorm(1, 1), nn.Conv2d(1, 2, 1)),
        nn.Sequential(nn.Conv2d(1, 2, 1), nn.Softmax(2)),
        nn.Sequential(nn.ELU(0.5), nn.Conv2d(1, 2, 1)),
        nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(1, 2, 3)), nn.ReLU()),
        nn.Sequential(nn.ConvTranspose2d(1, 2, 3), nn.ReLU()),
    ],
    ids=["reflect", "ceil", "batch statistics", "groups", "softmax", "elu", "weight norm", "transposed"],
)
def test_what_numpy_does_not_know_is_not_replayed(module: nn.Module) -> None:
    found, _ = seen(shaken(module, 5), images(5, 14, 1, 5, 5))
    assert sum(not layer.replayable for layer in found.layers) >= 1
    assert not is_chain(found.layers)


def test_every_activation_is_that_of_pytorch_far_out_too() -> None:
    x = np.concatenate([np.linspace(-30, 30, 601), [-1e-6, 0.0, 1e-6, 2.999, 3.0, 5.999, 6.0]]).astype(np.float32)
    rows = np.stack([x, x[::-1], 0 * x], axis=1)
    names = set()
    for module in BENT:
        found, _ = seen(module, rows)
        names.add(found.layers[0].activation)
        replayed = forward(found.layers, {}, rows)
        np.testing.assert_allclose(
            replayed, module(torch.tensor(rows)).numpy(), rtol=2e-5, atol=1e-6, err_msg=str(module)
        )
    assert names >= set(ACTIVATIONS) - {"", "linear", "exponential", "square"}


def test_functions_name_settings_that_their_modules_have() -> None:
    for kind, settings_ in AS_MODULES.values():
        assert set(settings_) <= {*kind.__init__.__annotations__, *kind.__init__.__code__.co_varnames}
    assert not set(BENDING) & set(TRANSLATIONS)


def test_an_activation_is_part_of_the_layer_that_it_follows() -> None:
    """As in Keras; where it follows another layer, or a product over an image, it stands by itself."""
    module = nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(18, 4), nn.LeakyReLU(0.3), nn.Tanh(),
                           nn.LayerNorm(4), nn.GELU(), nn.Linear(4, 3), nn.Softmax(-1))  # fmt: skip
    layers = assert_replayed(shaken(module, 2), images(2, 14, 1, 4, 4))
    assert [(layer.name, layer.activation) for layer in layers] == [
        ("0", "relu"), ("2", ""), ("3", "leaky_relu"), ("5", "tanh"), ("6", ""), ("7", "gelu"), ("8", "softmax"),
    ]  # fmt: skip
    assert layers[2].negative_slope == 0.3
    pixels = assert_replayed(shaken(nn.Sequential(nn.Conv2d(1, 2, 2), nn.Softmax(1)), 2), images(2, 14, 1, 4, 4))
    assert [layer.name for layer in pixels] == ["0", "1"]

"""`animviz.watch`: it changes nothing, records what PyTorch itself computes, and says early what it cannot."""

import copy
import functools
import logging
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

import animviz
from animviz import Recording
from animviz.errors import InputError, RecordingError
from animviz.recording.replay.layers import is_chain

pytestmark = pytest.mark.integration
torch.set_num_threads(1)  # workers share the processor's cores

POINTS = torch.randn(60, 2, generator=torch.Generator().manual_seed(1))
INSIDE = (POINTS.norm(dim=1) < 1).float()
THIRDS = torch.arange(60) % 3


def train(model: nn.Module, loss: Any, x: torch.Tensor, y: torch.Tensor, run: Any, epochs: int = 2) -> None:
    """A loop as anybody writes it."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(epochs):
        model.train()
        for part in torch.randperm(len(x)).split(20):
            optimizer.zero_grad()
            value = loss(model(x[part]), y[part])
            value.backward()
            optimizer.step()
            if run:
                run.step(loss=value)
        if run:
            run.epoch()


def net(*last: nn.Module, units: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, units), *last)


def recorded(
    path: Path, model: nn.Module, loss: Any, y: torch.Tensor, x: torch.Tensor = POINTS, **options: Any
) -> Recording:
    options = {"inputs": x, "labels": y, "loss": loss} | options
    with animviz.watch(model, path, **options) as run:
        train(model, loss, x, y, run)
    return Recording(path)


class Leaving(nn.Module):
    """Leaves traces wherever a pass can: statistics, counters, attributes, and three random states."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.drop = nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Dropout2d(0.3)
        self.hidden, self.frozen, self.last = nn.Linear(48, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)
        self.register_buffer("calls", torch.zeros(()))
        self.mean: torch.Tensor | None = None
        self.sizes: tuple[int, ...] = ()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.mean, self.sizes = x.mean(), (*self.sizes, len(x))
        noise = torch.rand(()) + random.random() + float(np.random.rand())
        x = x + 0.01 * noise if self.training else x
        x = self.drop(functional.relu(self.norm(self.conv(x)))).flatten(1)
        return self.last(functional.dropout(self.frozen(torch.tanh(self.hidden(x))), 0.2, self.training))


IMAGES = torch.randn(48, 1, 6, 6, generator=torch.Generator().manual_seed(2))
OF_IMAGES = torch.arange(48) % 3


def trained(
    watch: Callable[..., Any] | None, wrap: Callable[[nn.Module], nn.Module] = lambda model: model
) -> dict[str, Any]:
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    model = Leaving()
    used = wrap(model)
    loader = DataLoader(TensorDataset(IMAGES, OF_IMAGES), batch_size=16, shuffle=True)
    optimizer = torch.optim.Adam(used.parameters(), lr=0.01)
    used.train()
    model.frozen.eval()
    with watch(used, loader) if watch else nullcontext() as run:
        for _ in range(2):
            for x, y in loader:
                optimizer.zero_grad()
                loss = functional.cross_entropy(used(x), y)
                loss.backward()
                optimizer.step()
                if run:
                    run.step(loss=loss)
            if run:
                with torch.inference_mode():  # as after a validation
                    run.epoch()
    states = {"torch": torch.get_rng_state(), "numpy": torch.tensor(np.random.get_state()[1].astype(np.int64))}
    gradients = {f"gradient of {name}": p.grad for name, p in model.named_parameters()}
    assert model.mean is not None
    assert model.sizes == (16,) * 6
    assert [part.training for part in model.modules()] == [part is not model.frozen for part in model.modules()]
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())
    return {**model.state_dict(), **states, **gradients, "mean": model.mean, "python": torch.tensor(random.random())}


def test_training_is_the_same_bit_by_bit(tmp_path: Path) -> None:
    def watch(model: nn.Module, loader: Any) -> Any:
        options: dict[str, Any] = {"every": "1/3", "steps": 3, "layers": ["conv", "tanh"], "gradients": True}
        return animviz.watch(model, tmp_path / "run.rec", inputs=loader, loss=nn.CrossEntropyLoss(), **options)

    without, with_it = trained(None), trained(watch)
    assert without.keys() == with_it.keys()
    for name, tensor in without.items():
        assert torch.equal(tensor, with_it[name]), name
    assert len(Recording(tmp_path / "run.rec")) == 7


def test_a_compiled_model_is_not_compiled_again(tmp_path: Path) -> None:
    compiled = []

    def backend(graph: Any, inputs: Any) -> Any:
        compiled.append(graph)
        return graph.forward

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.compile(nn.Sequential(nn.Linear(2, 4), nn.Tanh()), backend=backend)
            self.last = nn.Linear(4, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.inner(x))

    def run(record: bool) -> tuple[int, dict[str, torch.Tensor]]:
        compiled.clear()
        torch.compiler.reset()
        torch.manual_seed(0)
        block = Block()
        model = torch.compile(nn.DataParallel(block), backend=backend)
        loss = nn.MSELoss()
        target = INSIDE[:, None]
        options: dict[str, Any] = {"inputs": POINTS, "labels": target, "loss": loss, "layers": ["inner.1"]}
        with animviz.watch(model, tmp_path / "run.rec", **options) if record else nullcontext() as watching:
            train(model, loss, POINTS, target, watching)
        return len(compiled), block.state_dict()

    (count, without), (again, with_it) = run(False), run(True)
    assert count == again > 0
    assert all(torch.equal(tensor, with_it[name]) for name, tensor in without.items())
    recording = Recording(tmp_path / "run.rec")
    assert set(recording[-1].weights) == {"inner.0.weight", "inner.0.bias", "last.weight", "last.bias"}
    assert [layer.name for layer in recording.layers] == ["inner.0", "last"]  # the activation is part of its layer
    np.testing.assert_array_equal(recording[-1].weights["inner.0.weight"], with_it["inner._orig_mod.0.weight"])


def test_names_lose_their_wrappers_wherever_they_stand(tmp_path: Path) -> None:
    model = torch.optim.swa_utils.AveragedModel(nn.DataParallel(net()))
    with animviz.watch(model, tmp_path / "run.rec", inputs=POINTS) as run:
        run.epoch()
    assert set(Recording(tmp_path / "run.rec")[0].weights) == {"0.weight", "0.bias", "2.weight", "2.bias", "n_averaged"}


def squeezed(function: Any) -> Any:
    return lambda output, target: function(output.squeeze(1), target)


FLOAT_THIRDS = functional.one_hot(THIRDS, 3).float()
SOME = torch.where(THIRDS == 2, -100, THIRDS)


@pytest.mark.parametrize(
    ("loss", "model", "labels", "said"),
    [
        (nn.CrossEntropyLoss(), net(units=3), THIRDS, "multiclass, logits, loss sparse_categorical_crossentropy"),
        (
            nn.CrossEntropyLoss(label_smoothing=0.2),
            net(units=3),
            THIRDS,
            "multiclass, logits, loss categorical_crossentropy",
        ),
        (functools.partial(functional.cross_entropy, label_smoothing=0.1), net(units=3), THIRDS, "multiclass, logits"),
        (nn.CrossEntropyLoss(), net(units=3), SOME, "targets of -100 ignored"),
        (nn.CrossEntropyLoss(), net(units=3), 0.8 * FLOAT_THIRDS + 0.2 / 3, "multiclass, logits, loss categorical"),
        (functional.nll_loss, net(nn.LogSoftmax(1), units=3), THIRDS, "multiclass, logits, loss sparse_categorical"),
        (nn.BCEWithLogitsLoss(), net(), INSIDE[:, None], "binary, logits, loss binary_crossentropy"),
        (nn.BCEWithLogitsLoss(), net(nn.Flatten(0)), INSIDE, "binary, logits, loss binary_crossentropy"),
        (nn.BCELoss(), net(nn.Sigmoid()), INSIDE[:, None], "binary, probabilities, loss binary_crossentropy"),
        (nn.BCEWithLogitsLoss(), net(units=3), FLOAT_THIRDS, "multilabel, logits, loss binary_crossentropy"),
        (nn.MultiLabelSoftMarginLoss(), net(units=3), FLOAT_THIRDS, "multilabel, logits, loss binary_crossentropy"),
        (nn.MSELoss(), net(units=2), POINTS * 3, "regression, values, loss mean_squared_error"),
        (nn.L1Loss(), net(units=2), POINTS * 3, "regression, values, loss mean_absolute_error"),
        (nn.SmoothL1Loss(), net(units=2), POINTS * 3, "regression, values, loss huber"),
        (nn.HuberLoss(delta=0.5), net(units=2), POINTS * 3, "regression, values, loss huber"),
        (nn.MSELoss(), net(units=2), POINTS, "reconstruction, values, loss mean_squared_error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else None,
)
def test_losses_are_known_and_stated_as_pytorch_does(
    tmp_path: Path, loss: Any, model: nn.Module, labels: torch.Tensor, said: str
) -> None:
    model = copy.deepcopy(model)
    recording = recorded(tmp_path / "run.rec", model, loss, labels)
    (output,) = recording.manifest.outputs
    assert said in output.said
    assert is_chain(recording.layers)
    with torch.no_grad():
        assert recording[-1].scores["loss"] == pytest.approx(float(loss(model(POINTS), labels)), rel=1e-5)
        values = recording.at(2.0).outputs()
        np.testing.assert_allclose(values, model(POINTS).reshape(values.shape).numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("loss", "task"),
    [
        (nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0])), "multiclass"),
        (nn.CrossEntropyLoss(reduction="sum"), "multiclass"),
        (nn.MultiMarginLoss(), "multiclass"),
    ],
)
def test_losses_without_a_name_still_say_what_is_answered(tmp_path: Path, loss: Any, task: str) -> None:
    recording = recorded(tmp_path / "run.rec", net(units=3), loss, THIRDS)
    (output,) = recording.manifest.outputs
    assert (output.task, output.loss) == (task, None)
    assert recording[-1].scores["loss"] == pytest.approx(float(loss(output_of(recording), THIRDS)), rel=1e-5)
    assert "accuracy" in recording[-1].scores


def output_of(recording: Recording) -> torch.Tensor:
    return torch.tensor(recording.at(2.0).outputs())


def test_doubt_is_an_error_before_training_that_names_the_choices(tmp_path: Path) -> None:
    def mine(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return ((output[:, 0] - target) ** 4).mean()

    with pytest.raises(InputError, match=r"what does output 'output' answer\?.*mine.*task= one of binary"):
        animviz.watch(net(units=3), tmp_path / "run.rec", inputs=POINTS, labels=THIRDS, loss=mine)
    assert not (tmp_path / "run.rec").exists()
    recording = recorded(tmp_path / "run.rec", net(), mine, INSIDE, task="binary logits")
    assert recording.manifest.outputs[0].said.startswith("binary, logits, loss")


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.kind, self.size = nn.Linear(2, 5), nn.Linear(5, 3), nn.Linear(5, 1)

    def forward(self, x: torch.Tensor, shift: torch.Tensor) -> dict[str, torch.Tensor]:
        hidden = functional.relu(self.body(x) + shift[:, None])
        return {"kind": self.kind(hidden), "size": self.size(hidden)}


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    model = Two()
    losses = {"kind": nn.CrossEntropyLoss(), "size": nn.MSELoss()}
    targets = {"kind": THIRDS, "size": INSIDE[:, None]}
    inputs = {"x": POINTS, "shift": INSIDE}
    with animviz.watch(model, tmp_path / "run.rec", inputs=inputs, targets=targets, loss=losses, output="kind") as run:
        run.epoch(loss=1.0)
    recording = Recording(tmp_path / "run.rec")
    assert [output.kind for output in recording.manifest.outputs] == ["multiclass", "regression"]
    with torch.no_grad():
        expected = model(POINTS, INSIDE)
    assert recording[-1].scores["loss"] == pytest.approx(float(losses["kind"](expected["kind"], THIRDS)), rel=1e-5)
    np.testing.assert_array_equal(
        recording[-1].stored["relu"], functional.relu(model.body(POINTS) + INSIDE[:, None]).detach()
    )


def test_classes_of_every_pixel_stand_last(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1))
    truth = torch.randint(0, 3, (48, 6, 6), generator=torch.Generator().manual_seed(0))
    with animviz.watch(model, tmp_path / "run.rec", inputs=IMAGES, targets=truth, loss=nn.CrossEntropyLoss()) as run:
        run.epoch()
    recording = Recording(tmp_path / "run.rec")
    (output,) = recording.manifest.outputs
    assert output.kind == "sequence of multiclass"
    assert recording.at(1).outputs().shape == (48, 6, 6, 3)
    expected = float(functional.cross_entropy(model(IMAGES), truth).detach())
    assert recording[-1].scores["loss"] == pytest.approx(expected, rel=1e-5)


CHANNELS = torch.cat([IMAGES > 0, IMAGES > 1, IMAGES < 0], 1).float()


@pytest.mark.parametrize(
    ("channels", "loss", "task"),
    [
        (1, nn.BCEWithLogitsLoss(), None),
        (1, functional.binary_cross_entropy_with_logits, "binary logits"),
        (1, nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)), None),
        (3, nn.BCEWithLogitsLoss(), None),
    ],
    ids=["one", "told", "weighted", "several"],
)
def test_masks_answer_yes_or_no_for_every_pixel(tmp_path: Path, channels: int, loss: Any, task: str | None) -> None:
    model, truth = nn.Sequential(nn.Conv2d(1, channels, 3, padding=1)), CHANNELS[:, :channels]
    options: dict[str, Any] = {"inputs": IMAGES, "labels": truth, "loss": loss, "task": task, "gradients": True}
    with animviz.watch(model, tmp_path / "run.rec", **options) as run:
        run.epoch()
    recording = Recording(tmp_path / "run.rec")
    (output,) = recording.manifest.outputs
    assert output.kind == f"sequence of {'binary' if channels == 1 else 'multilabel'}"
    assert recording.at(1).outputs().shape == (48, 6, 6, channels)
    value = loss(model(IMAGES), truth)
    value.backward()
    assert recording[-1].scores["loss"] == pytest.approx(float(value.detach()), rel=1e-5)
    right = ((model(IMAGES) > 0) == (truth > 0)).float().mean()
    assert recording[-1].scores["accuracy"] == pytest.approx(float(right), rel=1e-5)
    np.testing.assert_allclose(recording[-1].gradients["0.bias"], model[0].bias.grad, rtol=1e-4, atol=1e-6)


def test_images_that_are_given_back_keep_their_channels(tmp_path: Path) -> None:
    model, images = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Sigmoid()), IMAGES.sigmoid()
    animviz.watch(model, tmp_path / "run.rec", inputs=images, labels=images, loss=nn.BCELoss()).close()
    recording = Recording(tmp_path / "run.rec")
    assert (recording.output.task, recording.at(0).outputs().shape) == ("reconstruction", (48, 1, 6, 6))


WORDS = torch.arange(60).reshape(10, 6) % 7
TAGS = torch.where(WORDS == 0, -100, WORDS % 3)


class Tagger(nn.Sequential):
    def __init__(self, tags: int) -> None:
        super().__init__(nn.Embedding(7, 4), nn.Linear(4, tags))


@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 2.0, 5.0])], ids=["plain", "weighted"])
def test_tags_of_every_word_stand_last_and_those_left_out_count_nowhere(tmp_path: Path, weight: Any) -> None:
    model, loss = Tagger(3), nn.CrossEntropyLoss(weight)
    animviz.watch(model, tmp_path / "run.rec", inputs=WORDS, labels=TAGS, loss=loss).close()
    scores = Recording(tmp_path / "run.rec")[-1].scores
    made, truth = model(WORDS).detach().flatten(0, 1), TAGS.flatten()
    assert scores["loss"] == pytest.approx(float(loss(made, truth)), rel=1e-5)
    counted = truth != -100
    assert scores["accuracy"] == pytest.approx(float((made.argmax(1) == truth)[counted].float().mean()))


def test_as_many_tags_as_words_are_in_doubt(tmp_path: Path) -> None:
    def flat(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(output.flatten(0, 1), target.flatten())

    options: dict[str, Any] = {"inputs": WORDS, "labels": TAGS}
    with pytest.raises(InputError, match=r"stand first or last.*pass task='multiclass logits'"):
        animviz.watch(Tagger(6), tmp_path / "run.rec", loss=nn.CrossEntropyLoss(), **options)
    model = Tagger(6)
    animviz.watch(model, tmp_path / "run.rec", loss=flat, task="multiclass logits", **options).close()
    recording = Recording(tmp_path / "run.rec")
    np.testing.assert_allclose(recording.at(0).outputs(), model(WORDS).detach(), rtol=1e-5)
    assert recording.output.ignored == -100
    named: dict[str, Any] = {"loss": nn.CrossEntropyLoss(), "task": "sequence of multiclass logits"}
    animviz.watch(model, tmp_path / "named.rec", **named, **options).close()
    stated = Recording(tmp_path / "named.rec")[0].scores
    assert stated["loss"] == pytest.approx(float(flat(model(WORDS), TAGS).detach()), rel=1e-5)
    assert stated["accuracy"] == recording[0].scores["accuracy"]


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.kind, self.size = nn.Linear(2, 3), nn.Linear(2, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.kind(x), self.size(x)


def test_losses_in_a_tuple_belong_to_outputs_by_position(tmp_path: Path) -> None:
    options: dict[str, Any] = {"inputs": POINTS, "labels": (THIRDS, INSIDE[:, None])}
    losses = (nn.CrossEntropyLoss(), nn.MSELoss())
    animviz.watch(Pair(), tmp_path / "run.rec", loss=losses, **options).close()
    recording = Recording(tmp_path / "run.rec", output="output_1")
    assert [output.kind for output in recording.manifest.outputs] == ["multiclass", "regression"]
    with pytest.raises(InputError, match="one for output 'output_3'; the model has output_1, output_2"):
        animviz.watch(Pair(), tmp_path / "three.rec", loss=(*losses, nn.MSELoss()), **options)


def test_half_precision_is_kept_as_single(tmp_path: Path) -> None:
    model = net(units=3).to(torch.bfloat16)
    with animviz.watch(model, tmp_path / "run.rec", inputs=POINTS, labels=THIRDS, loss=nn.CrossEntropyLoss()) as run:
        run.epoch()
    recording = Recording(tmp_path / "run.rec")
    assert {array.dtype for array in recording[0].weights.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(recording[0].weights["0.weight"], model[0].weight.detach().float())
    expected = functional.cross_entropy(model(POINTS.to(torch.bfloat16)).float(), THIRDS)
    assert recording[-1].scores["loss"] == pytest.approx(float(expected.detach()), rel=1e-5)
    assert is_chain(recording.layers)  # boundaries can be drawn


def test_mixed_precision_around_the_loop_is_not_the_recorders(tmp_path: Path) -> None:
    model = net()
    run = animviz.watch(
        model, tmp_path / "run.rec", inputs=POINTS, labels=INSIDE, loss=nn.BCEWithLogitsLoss(), layers=["1"]
    )
    with torch.autocast("cpu", torch.bfloat16):
        run.epoch()
    run.close()
    hidden = Recording(tmp_path / "run.rec")[1].stored["0"]  # of which the activation "1" is a part
    np.testing.assert_array_equal(hidden, torch.tanh(model[0](POINTS)).detach())


def test_gradients_are_those_of_the_mean_loss(tmp_path: Path) -> None:
    model, loss = net(), nn.BCEWithLogitsLoss()
    with animviz.watch(model, tmp_path / "run.rec", inputs=POINTS, labels=INSIDE, loss=loss, gradients=True) as run:
        run.epoch()
    assert all(parameter.grad is None for parameter in model.parameters())
    loss(model(POINTS), INSIDE[:, None]).backward()
    found = Recording(tmp_path / "run.rec")[-1].gradients
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(found[name], parameter.grad, rtol=1e-5, atol=1e-7)


class Stream(IterableDataset):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        place = 0
        while True:
            yield POINTS[place % 60], INSIDE[place % 60]
            place += 1


@pytest.mark.parametrize(
    "source",
    [
        TensorDataset(POINTS, INSIDE),
        DataLoader(TensorDataset(POINTS, INSIDE), batch_size=7, shuffle=True),
        DataLoader(Stream(), batch_size=4),
        [(POINTS[k], INSIDE[k]) for k in range(60)],
    ],
    ids=["dataset", "loader", "stream", "list behind a loader"],
)
def test_the_first_samples_of_a_data_set_are_taken(tmp_path: Path, source: Any) -> None:
    source = DataLoader(source, batch_size=7) if isinstance(source, list) else source
    model, state = net(), torch.get_rng_state()
    animviz.watch(model, tmp_path / "run.rec", inputs=source, loss=nn.BCEWithLogitsLoss(), samples=25).close()
    assert torch.equal(torch.get_rng_state(), state)
    recording = Recording(tmp_path / "run.rec")
    np.testing.assert_array_equal(recording.inputs, POINTS[:25])
    np.testing.assert_array_equal(recording.labels, INSIDE[:25])


def test_plain_arrays_and_lists_are_inputs_too(tmp_path: Path) -> None:
    for place, inputs in enumerate((POINTS.numpy().astype(np.float64), POINTS.tolist())):
        animviz.watch(net(), tmp_path / f"{place}.rec", inputs=inputs, labels=INSIDE.tolist(), loss="mse").close()
        np.testing.assert_allclose(Recording(tmp_path / f"{place}.rec").inputs, POINTS, rtol=1e-6)


def test_an_error_leaves_what_was_recorded(tmp_path: Path) -> None:
    model = net()

    def broken() -> None:
        with animviz.watch(
            model, tmp_path / "run.rec", inputs=POINTS, labels=INSIDE, loss=nn.BCEWithLogitsLoss()
        ) as run:
            run.epoch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    recording = Recording(tmp_path / "run.rec")
    assert (len(recording), recording.manifest.finished) == (2, False)


def test_arrays_are_copied_at_once(tmp_path: Path) -> None:
    model = net()
    before = model[0].weight.detach().clone()
    run = animviz.watch(model, tmp_path / "run.rec", inputs=POINTS)
    with torch.no_grad():
        model[0].weight.zero_()
    run.epoch()
    run.close()
    recording = Recording(tmp_path / "run.rec")
    np.testing.assert_array_equal(recording[0].weights["0.weight"], before)
    assert not recording[1].weights["0.weight"].any()


def test_logs_are_means_over_the_steps_and_what_the_epoch_tells(tmp_path: Path) -> None:
    with animviz.watch(net(), tmp_path / "run.rec", every="1/2", steps=4) as run:
        for value in (1.0, 2.0, 3.0, 6.0):
            run.step(loss=torch.tensor(value, requires_grad=True))
        run.epoch(accuracy=torch.tensor(0.5))
    recording = Recording(tmp_path / "run.rec")
    assert [snapshot.epoch for snapshot in recording] == [0, 0.5, 1]
    assert [snapshot.logs for snapshot in recording] == [{}, {"loss": 1.5}, {"loss": 3.0, "accuracy": 0.5}]


@pytest.mark.parametrize("value", ["x", None, torch.ones(3)], ids=["text", "none", "three"])
def test_logs_that_are_no_number_are_named(tmp_path: Path, value: Any) -> None:
    run = animviz.watch(net(), tmp_path / "run.rec")
    for tell in (run.step, run.epoch):
        with pytest.raises(InputError, match=r"the log 'loss' is .*; expected one number"):
            tell(loss=value)


def test_a_loop_that_tells_nothing_is_warned(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="animviz"):
        animviz.watch(net(), tmp_path / "run.rec").close()
    assert "no step and no epoch" in caplog.text


@pytest.mark.parametrize(
    ("model", "options", "error", "says"),
    [
        (net(), {"inputs": POINTS[:, :1]}, RecordingError, "does not take the recorded inputs.*pass inputs="),
        (net(), {"every": "1/4"}, InputError, "pass steps="),
        (nn.Sequential(nn.LazyLinear(3)), {"inputs": POINTS}, RecordingError, "has no shape yet; run one batch"),
        (net(), {"steps": 0}, InputError, "steps is 0; expected"),
        (net(), {"inputs": POINTS, "samples": 0}, InputError, "samples is 0; expected"),
        (Pair(), {"inputs": POINTS, "labels": THIRDS, "loss": nn.CrossEntropyLoss()}, InputError, "pass output= for"),
        (Pair(), {"inputs": POINTS, "labels": (THIRDS, POINTS), "loss": nn.MSELoss()}, InputError, "loss= as a tuple"),
        (net(), {"inputs": POINTS, "labels": INSIDE, "loss": nn.MSELoss()}, InputError, r"\(60, 1\) and .* \(60,\)"),
        (net(), {"inputs": POINTS, "layers": ["4"]}, RecordingError, "no layer '4'; it has 0, 2"),
        (lambda x: x, {}, RecordingError, "expected a torch.nn.Module"),
        (net().to("meta"), {}, RecordingError, "is spread over processes or on no device"),
        (net(), {"inputs": [(1, 2, 3)], "loss": "mean_square"}, InputError, "mean_square"),
        (
            net(),
            {"inputs": TensorDataset(POINTS, POINTS, POINTS)},
            InputError,
            "has 3 parts; expected inputs and a label",
        ),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_line(
    tmp_path: Path, model: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        animviz.watch(model, tmp_path / "run.rec", **options)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run.rec").exists()


def test_of_several_processes_the_first_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    with animviz.watch(net(), tmp_path / "run.rec", inputs=POINTS) as run:
        run.step(loss=1.0)
        run.epoch()
    assert not (tmp_path / "run.rec").exists()


DISTRIBUTED = """
import os, sys
import torch, animviz
from torch import nn
rank, folder = int(sys.argv[1]), sys.argv[2]
torch.distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=2)
torch.manual_seed(0)
model = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)))
x, y = torch.randn(16, 2), torch.ones(16, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with animviz.watch(model, f"{folder}/run.rec", inputs=x, labels=y, loss=nn.MSELoss(), gradients=True) as run:
    for _ in range(2):
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(x[rank::2]), y[rank::2])
        loss.backward()
        optimizer.step()
        run.step(loss=loss)
        run.epoch()
torch.distributed.destroy_process_group()
"""


@pytest.mark.slow
def test_distributed_training_is_recorded_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(DISTRIBUTED)
    both = [subprocess.Popen([sys.executable, str(script), str(rank), str(tmp_path)]) for rank in (0, 1)]
    assert [process.wait(120) for process in both] == [0, 0]
    recording = Recording(tmp_path / "run.rec")
    assert len(recording) == 3
    assert "0.weight" in recording[-1].weights
    assert is_chain(recording.layers)

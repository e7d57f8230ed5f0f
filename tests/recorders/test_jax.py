"""Real trainings in JAX: plain trees, flax and equinox; what is recorded is what they are, and recording changes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen, nnx

import animviz
from animviz import Recording
from animviz.errors import InputError, RecordingError
from animviz.recorders.jax import Recorder
from animviz.recorders.jax.losses import OPTAX, loss_of
from animviz.recorders.layers import dense
from animviz.recording.verifying import verify

pytestmark = pytest.mark.integration

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (64, 2)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")
CHAIN = [dense("hidden", "tanh"), dense("answer", kernel="{name}/w", bias="{name}/b")]


def start(dtype: Any = jnp.float32) -> dict[str, dict[str, jax.Array]]:
    keys = jax.random.split(jax.random.key(3), 2)
    hidden = {"kernel": jax.random.normal(keys[0], (2, 4), dtype), "bias": jnp.zeros(4, dtype)}
    return {"hidden": hidden, "answer": {"w": jax.random.normal(keys[1], (4, 1), dtype), "b": jnp.zeros(1, dtype)}}


def apply(params: Any, x: Any) -> jax.Array:
    hidden = jnp.tanh(x @ params["hidden"]["kernel"] + params["hidden"]["bias"])
    return hidden @ params["answer"]["w"] + params["answer"]["b"]


def trained(apply: Callable[..., Any], params: Any, run: Recorder | None, epochs: int = 3, steps: int = 4) -> Any:
    """Train with Adam on all samples, whose memory is donated at every step."""
    optimizer = optax.adam(0.05)

    def cost(params: Any) -> jax.Array:
        return optax.sigmoid_binary_cross_entropy(apply(params, X).reshape(-1), Y).mean()

    def step(params: Any, state: Any) -> Any:
        loss, gradients = jax.value_and_grad(cost)(params)
        updates, state = optimizer.update(gradients, state)
        return optax.apply_updates(params, updates), state, loss

    compiled = jax.jit(step, donate_argnums=(0, 1))
    params = jax.tree.map(jnp.copy, params)
    state = optimizer.init(params)
    for _ in range(epochs):
        for _ in range(steps):
            params, state, loss = compiled(params, state)
            if run is not None:
                run.step(params, loss=loss)
        if run is not None:
            run.epoch(params)
    return params


def recorded(path: Path, apply: Callable[..., Any], params: Any, **options: Any) -> tuple[Recording, Any]:
    with Recorder(path, apply, params, X, Y, loss=optax.sigmoid_binary_cross_entropy, **options) as run:
        after = trained(apply, params, run)
    return Recording(path), after


def linen_model() -> tuple[Any, Any, Callable[..., Any]]:
    model = linen.Sequential([linen.Dense(4), jnp.tanh, linen.Dense(1)])
    params = model.init(jax.random.key(0), X)
    return params, model.apply, lambda p, x: model.apply(p, x, capture_intermediates=True)[1]["intermediates"]


def nnx_model() -> tuple[Any, Any, None]:
    model = nnx.Sequential(nnx.Linear(2, 4, rngs=nnx.Rngs(0)), jnp.tanh, nnx.Linear(4, 1, rngs=nnx.Rngs(1)))
    graph, params = nnx.split(model)
    return params, lambda params, x: nnx.merge(graph, params)(x), None


def equinox_model() -> tuple[Any, Any, None]:
    params, rest = equinox.partition(equinox.nn.MLP(2, 1, 4, 1, key=jax.random.key(0)), equinox.is_array)
    return params, lambda params, x: jax.vmap(equinox.combine(params, rest))(x), None


MODELS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "plain": (lambda: (start(), apply, None), ["answer/b", "answer/w", "hidden/bias", "hidden/kernel"]),
    "linen": (linen_model, [f"params/layers_{n}/{kind}" for n in (0, 2) for kind in ("bias", "kernel")]),
    "nnx": (nnx_model, [f"layers/{n}/{kind}" for n in (0, 2) for kind in ("bias", "kernel")]),
    "equinox": (equinox_model, [f"layers/{n}/{kind}" for n in (0, 1) for kind in ("weight", "bias")]),
}


@pytest.mark.parametrize(("make", "names"), MODELS.values(), ids=MODELS)
def test_any_tree_of_parameters_is_recorded_and_learns_the_same(
    tmp_path: Path, make: Callable[[], Any], names: list[str]
) -> None:
    params, function, activations = make()
    recording, after = recorded(tmp_path / "a.rec", function, params, activations=activations)
    alone = trained(function, params, None)
    for mine, other in zip(jax.tree.leaves(after), jax.tree.leaves(alone), strict=True):
        assert np.array_equal(mine, other)
    assert list(recording.manifest.weights) == names
    for snapshot, tree in ((recording[0], params), (recording[-1], alone)):
        for name, leaf in zip(names, jax.tree.leaves(tree), strict=True):
            assert np.array_equal(snapshot.weights[name], leaf)
    assert recording.epochs.tolist() == [0, 1, 2, 3]
    assert [snapshot.step for snapshot in recording] == [0, 4, 8, 12]
    assert recording.at(3).outputs() == pytest.approx(np.asarray(function(alone, X)), abs=1e-5)
    assert (recording.output.task, recording.output.form) == ("binary", "logits")
    loss = optax.sigmoid_binary_cross_entropy(function(alone, X)[:, 0], Y).mean()
    assert recording[-1].scores["loss"] == pytest.approx(float(loss), rel=1e-5)
    assert recording[-1].logs["loss"] < recording[1].logs["loss"]
    assert not verify(recording.path).faults


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return recorded(tmp_path_factory.mktemp("jax") / "chain.rec", apply, start(), layers=CHAIN, every="1/2", steps=4)[0]


def test_a_chain_is_replayed(chain: Recording) -> None:
    assert chain.epochs.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3]
    assert chain.manifest.arch == "2-4-1"
    assert not chain[0].outputs
    weights = chain.at(3).weights
    hidden = np.tanh(X @ weights["hidden/kernel"] + weights["hidden/bias"])
    assert chain.at(3).outputs() == pytest.approx(hidden @ weights["answer/w"] + weights["answer/b"], abs=1e-5)


@pytest.mark.parametrize("scene", ["boundary", "rings", "network", "weights", "umap", "confusion", "history"])
def test_scenes_draw_a_chain(chain: Recording, scene: str) -> None:
    assert not np.array_equal(*(animviz.frame_at(scene, chain, epoch, size=(640, 360)) for epoch in (0, 3)))


def test_without_layers_what_is_stored_is_drawn(tmp_path: Path) -> None:
    params, function, activations = linen_model()
    recording, _ = recorded(tmp_path / "a.rec", function, params, activations=activations)
    assert list(recording[0].stored) == ["__call__/0", "layers_0", "layers_2"]
    for scene in ("pca", "confusion", "history"):
        assert animviz.frame_at(scene, recording, 3, size=(640, 360)).any()


def test_half_precision_and_keys_become_plain_numbers(tmp_path: Path) -> None:
    params = {"net": start(jnp.bfloat16), "key": jax.random.key(0), "count": jnp.int32(3)}
    inputs = jnp.asarray(X, jnp.bfloat16)
    with Recorder(tmp_path / "a.rec", lambda p, x: apply(p["net"], x), params, inputs, Y, task="binary logits") as run:
        run.epoch(params, rate=jnp.float32(0.5))
    recording = Recording(tmp_path / "a.rec")
    assert {spec.dtype for spec in recording.manifest.weights.values()} == {"float32", "uint32", "int32"}
    assert np.array_equal(recording[1].weights["net/answer/w"], np.asarray(params["net"]["answer"]["w"], np.float32))
    assert recording[1].logs == {"rate": 0.5}


def test_several_outputs_and_inputs(tmp_path: Path) -> None:
    def function(params: Any, x: Any) -> Any:
        return {"kind": apply(params, x["a"])[:, 0], "size": x["b"] * params["hidden"]["bias"]}

    inputs = {"a": X, "b": jnp.ones((64, 4))}
    with Recorder(
        tmp_path / "a.rec", function, start(), inputs, Y, loss="sigmoid_binary_cross_entropy", output="kind"
    ) as run:
        run.epoch(start())
    recording = Recording(tmp_path / "a.rec")
    assert recording.output.task == "binary"
    assert recording[0].scores["accuracy"] == np.mean((np.asarray(apply(start(), X))[:, 0] > 0) == Y)


def test_an_error_leaves_the_recording_readable_and_unfinished(tmp_path: Path) -> None:
    def breaks() -> None:
        with Recorder(tmp_path / "a.rec", apply, start()) as run:
            run.step(start())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert len(Recording(tmp_path / "a.rec")) == 1
    assert not Recording(tmp_path / "a.rec").manifest.finished


def test_what_cannot_be_recorded_is_refused_before_training(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.rec", equinox.nn.MLP(2, 1, 4, 1, key=jax.random.key(0))
    with pytest.raises(InputError, match=r"layers/.* is of type|activation is of type .*; expected arrays only"):
        Recorder(path, apply, whole, X, Y, loss="mse", task="none")
    with pytest.raises(RecordingError, match=r"apply\(params, inputs\) fails on the recorded inputs: "):
        Recorder(path, apply, start(), X[:, :1], Y, loss=optax.sigmoid_binary_cross_entropy)
    with pytest.raises(RecordingError, match="put out other values than the network itself"):
        Recorder(path, apply, start(), X, Y, loss="mse", layers=[dense("hidden", "relu"), CHAIN[1]])
    with pytest.raises(InputError, match="Pass task= one of"):
        Recorder(path, apply, start(), X, Y, loss=lambda params, batch: 0.0)
    with pytest.raises(InputError, match=r"expected a name of Keras.*or of Optax: huber_loss"):
        Recorder(path, apply, start(), X, Y, loss="my_loss")
    with pytest.raises(InputError, match=r"moments within an epoch ask for its length; pass steps="):
        Recorder(path, apply, start(), X, Y, loss="mse", every="1/4")
    with pytest.raises(RecordingError, match=r"returned output of shape \(1,\); expected \(samples, ...\)"):
        Recorder(path, lambda p, x: apply(p, x).mean(axis=0), start(), X, Y, loss="mse")
    assert not list(tmp_path.iterdir())


def test_parameters_that_are_gone_are_refused_in_one_line(tmp_path: Path) -> None:
    params = start()
    run = Recorder(tmp_path / "a.rec", apply, params)
    jax.jit(lambda p: jax.tree.map(lambda leaf: leaf + 1, p), donate_argnums=0)(params)
    with pytest.raises(RecordingError, match="the parameters are gone: a step has taken their memory over"):
        run.epoch(params)
    run.epoch(start())
    run.close()
    with pytest.raises(RecordingError, match="the recording has ended"):
        run.epoch(start())


@pytest.mark.parametrize("name", OPTAX)
def test_losses_of_optax_are_those_of_keras(name: str) -> None:
    outputs = rng.normal(size=(30, 4)).astype("float32")
    numbers = rng.integers(0, 4, 30)
    rows = np.eye(4, dtype="float32")[numbers]
    signs = 2 * rows - 1 if name == "hinge_loss" else rows
    target = numbers if name.endswith("integer_labels") else signs
    function = getattr(optax, name)
    loss = loss_of(function)
    assert loss == loss_of(name)
    assert loss is not None
    assert loss.mean(target, outputs) == pytest.approx(float(jnp.mean(function(outputs, target))), rel=1e-5)

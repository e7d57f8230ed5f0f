"""The built-in experiments."""

from dataclasses import replace
from typing import Any

from animviz.errors import InputError
from animviz.experiments.data import images
from animviz.experiments.data import planar as data
from animviz.experiments.experiment import Experiment, Training
from animviz.experiments.ideas.addition import ADDITION
from animviz.experiments.ideas.autoencoder import AUTOENCODER, VAE
from animviz.experiments.ideas.collapse import COLLAPSE
from animviz.experiments.ideas.descent import DESCENT
from animviz.experiments.ideas.flow import FLOW
from animviz.experiments.ideas.induction import INDUCTION
from animviz.experiments.ideas.models import MODELS
from animviz.experiments.ideas.overfit import OVERFIT
from animviz.experiments.ideas.paint import PAINT

__all__ = ["EXPERIMENTS", "experiment_for", "experiment_named", "takes_data"]


_ADAM = Training(arch="2-8-2-*", optimizer="adam", loss="crossentropy", learning_rate=0.01, epochs=60)

_IMAGES = Training(
    activation="relu", optimizer="adam", loss="crossentropy", learning_rate=0.001, epochs=20, batch_size=128, dropout=0.25
)  # fmt: skip

# Two units are a narrow pass: a slope below zero keeps them alive, small batches give the steps they
# need, and a light penalty keeps the plane from growing without end.
_PLANE: dict[str, Any] = {
    "activation": "leaky_relu",
    "learning_rate": 0.002,
    "batch_size": 32,
    "dropout": 0.0,
    "l2": 0.001,
    "epochs": 30,
}

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment("two_rings", "Two rings", data.two_rings),
        Experiment("moons", "Two moons", data.moons, _ADAM),
        Experiment("spirals", "Spirals", data.spirals, replace(_ADAM, arch="2-16-16-2-*")),
        Experiment("xor", "Exclusive or", data.xor, replace(_ADAM, arch="2-4-2-*")),
        Experiment("blobs", "Blobs", data.blobs, _ADAM),
        Experiment("points", "Own points", data.points, replace(_ADAM, arch="2-8-8-2-*")),
        Experiment("polynomial", "Polynomial", data.polynomial, Training(arch="1-6-1", epochs=200)),
        Experiment("digits_mlp", "Digits", images.digits, replace(_IMAGES, arch="*-256-64-*", dropout=0.5)),
        Experiment("digits_plane", "Digits", images.digits, replace(_IMAGES, arch="*-128-2-*", **_PLANE)),
        Experiment("lenet", "Digits", images.padded_digits, replace(_IMAGES, arch="6-16-120-84-*"), "lenet"),
        ADDITION,
        AUTOENCODER,
        VAE,
        COLLAPSE,
        OVERFIT,
        DESCENT,
        PAINT,
        INDUCTION,
        FLOW,
        MODELS,
    )
}


def experiment_named(name: str) -> Experiment:
    """Return a built-in experiment.

    Raises:
        InputError: there is none of that name; lists those there are.
    """
    try:
        return EXPERIMENTS[name]
    except KeyError:
        raise InputError(f"no experiment {name!r}; there are {', '.join(EXPERIMENTS)}") from None


def experiment_for(own: str | None, named: str | None, *, data: bool) -> Experiment | None:
    """Return what is trained for a scene: the named experiment, else "points" for own data, else the scene's own.

    Args:
        own: name of the experiment that the scene names, or None.
        named: name that the user gives, or None.
        data: whether the user gives data.

    Raises:
        InputError: there is no such experiment.
    """
    if named is not None:
        return experiment_named(named)
    found = experiment_named(own) if own else None
    return experiment_named("points") if data and not takes_data(found) else found


def takes_data(experiment: Experiment | None) -> bool:
    """Say whether an experiment learns from data that the user names."""
    return experiment is not None and any(option.name == "data" for option in experiment.data_options)

"""Keras models for architectures, and users' own."""

from pathlib import Path
from typing import Any

import keras

from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Run, Training

__all__ = ["MAX_SEEDS", "network_of"]


def network_of(run: Run) -> Any:
    """Build and compile the model that a run asks for.

    Raises:
        InputError: an own model cannot be loaded, or does not fit the data.
    """
    dataset, training = run.dataset, run.training
    classes = len(dataset.class_names)
    if training.model is not None:
        model = _own_model(training.model, dataset)
    else:
        layers = _lenet_layers if run.experiment.network == "lenet" else _dense_layers
        model = keras.Sequential([keras.Input(dataset.x.shape[1:], name="input"), *layers(run)], name="network")
    crossentropy = "sparse_categorical_crossentropy" if model.output_shape[-1] > 1 else "binary_crossentropy"
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    model.compile(
        optimizer=optimizer[training.optimizer](training.learning_rate),
        loss=crossentropy if training.loss == "crossentropy" else training.loss,
        metrics=["accuracy"] if classes else [],
    )
    return model


def _dense_layers(run: Run) -> list[Any]:
    """Return a chain of dense layers, for images behind a layer that flattens them."""
    flatten = [keras.layers.Flatten(name="flatten")] if run.dataset.x.ndim > 2 else []
    return flatten + _dense_stack(run, start=1)


def _lenet_layers(run: Run) -> list[Any]:
    """Return LeNet-5's two convolutions with average pooling, and dense layers."""
    training = run.training
    layers = []
    for place, filters in enumerate(run.widths[:2]):
        convolution = keras.layers.Conv2D(
            filters, 5, activation=training.activation, kernel_initializer=_initial(training, place),
            kernel_regularizer=_penalty(training), name=f"conv_{place + 1}",
        )  # fmt: skip
        layers += [convolution, keras.layers.AveragePooling2D(2, name=f"pool_{place + 1}")]
    return [*layers, keras.layers.Flatten(name="flatten"), *_dense_stack(run, start=2)]


def _dense_stack(run: Run, *, start: int) -> list[Any]:
    """Return the dense layers from a place in the architecture on, with seeded weights.

    The output layer is a sigmoid for two classes, a softmax for more, and linear for regression.
    """
    training, classes = run.training, len(run.dataset.class_names)
    output = "linear" if not classes else "softmax" if classes > 2 else "sigmoid"
    layers = []
    for place, units in enumerate(run.widths[start:], start=start):
        last = place == len(run.widths) - 1
        dense = keras.layers.Dense(
            units,
            activation=output if last else training.activation,
            kernel_initializer=_initial(training, place),
            kernel_regularizer=_penalty(training),
            name="output" if last else f"hidden_{place - start + 1}",
        )
        layers.append(dense)
        if training.dropout and not last:
            seed = training.seed * MAX_SEEDS + place
            layers.append(keras.layers.Dropout(training.dropout, seed=seed, name=f"dropout_{place - start + 1}"))
    return layers


def _initial(training: Training, place: int) -> Any:
    return keras.initializers.GlorotUniform(seed=training.seed * MAX_SEEDS + place)


def _penalty(training: Training) -> Any:
    return keras.regularizers.L2(training.l2) if training.l2 else None


def _own_model(path: Path, dataset: Dataset) -> Any:
    """Load a model of the user's own in safe mode: code in it is refused."""
    try:
        model = keras.models.load_model(path, safe_mode=True, compile=False)
    except Exception as error:  # Keras raises many kinds
        raise InputError(f"--model {path} cannot be loaded ({str(error).partition(chr(10))[0]})") from None
    shapes = (model.input_shape, model.output_shape)
    wanted = dataset.x.shape[1:], (dataset.outputs,)
    if any(isinstance(shape, list | dict) for shape in shapes) or tuple(shape[1:] for shape in shapes) != wanted:
        raise InputError(
            f"--model {path} maps {shapes[0]} to {shapes[1]}; the data need one input of {wanted[0]} and one output "
            f"of {dataset.outputs} units"
        )
    return model


MAX_SEEDS = 100  # more than an architecture may have layers, so that no two layers share a seed

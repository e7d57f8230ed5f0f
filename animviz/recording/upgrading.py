"""Upgrading: manifests of earlier schemas, read as the present one. A recording of any released version opens for ever."""

from typing import Any

import numpy as np

from animviz.arrays import Array

__all__ = ["upgraded"]

OF_SCHEMA_1 = ("task", "class_names", "loss", "outputs")


def upgraded(said: dict[str, Any], labels: Array | None) -> dict[str, Any]:
    """Return a manifest in the form of the present schema.

    Schema 1 had one output, a task of two kinds, and labels that were targets as well.

    Args:
        said: contents of manifest.json, of schema 1.
        labels: array of that name in inputs.safetensors, or None.
    """
    kept = {name: value for name, value in said.items() if name not in OF_SCHEMA_1}
    stored = said.get("outputs")
    output = _output(said, labels)
    kept["schema_version"] = 2
    kept["outputs"] = [output]
    kept["labels"] = _labels(said, output, labels)
    kept["stored_outputs"] = {} if stored is None else {"output": stored}
    return kept


def _output(said: dict[str, Any], labels: Array | None) -> dict[str, Any]:
    names, loss = list(said.get("class_names", ())), said.get("loss")
    logits = '"from_logits": true' in (said.get("model") or "")
    output = {
        "name": "output",
        "loss": loss and {"name": loss},
        "target": None if labels is None else "labels",
        "task": _task(said, labels),
    }
    if output["task"] in ("regression", "none"):
        return output | {"class_names": names if output["task"] == "none" else []}
    activation, units = _end(said)
    if output["task"] == "binary":
        names = [*names, *map(str, range(len(names), 2))][:2]
    if activation in ("sigmoid", "softmax") or (loss and not logits):
        form = "probabilities"
    else:  # as it was drawn then: one unit by its value, several by their softmax
        form = "logits" if logits or units != 1 else "values"
    return output | {"form": form, "class_names": names}


def _task(said: dict[str, Any], labels: Array | None) -> str:
    if said.get("task") != "classification":
        return said.get("task") or "none"
    if (
        labels is not None
        and labels.ndim == 2
        and labels.shape[1] > 1
        and (labels.astype(float).sum(axis=1) != 1).any()
    ):
        return "multilabel" if np.isin(labels, (0, 1)).all() else "regression"
    if _end(said)[1] != 1:
        return "multiclass"
    return "binary" if len(said.get("class_names", ())) <= 2 else "regression"  # whole numbers were taken for classes


def _end(said: dict[str, Any]) -> tuple[str, int | None]:
    """Return the activation of the last layer and its units, as far as they were noted."""
    last = (said.get("layers") or [{}])[-1]
    return last.get("activation", ""), (last.get("output_shape") or [None])[-1]


def _labels(said: dict[str, Any], output: dict[str, Any], labels: Array | None) -> dict[str, Any] | None:
    if labels is None:
        return None
    if output["task"] in ("binary", "multiclass"):
        return {"kind": "classes", "names": output["class_names"]}
    return {"kind": "values"} if labels.size == len(labels) else None

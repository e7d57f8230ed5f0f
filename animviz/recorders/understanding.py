"""Understanding a recording: what its outputs, targets and labels mean, all taken together."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.deciding import Decision, Facts, Told, decide
from animviz.recorders.labelling import (
    MOST_KINDS,
    Classes,
    class_rows,
    classes_of,
    is_one_hot,
    is_yes_or_no,
    names_of,
    two_classes,
)  # fmt: skip
from animviz.recorders.masking import masked
from animviz.recorders.samples import Samples
from animviz.recording.meaning import Labels, Output, file_key, target_key

__all__ = ["Meaning", "understood"]

log = logging.getLogger("animviz")


@dataclass(frozen=True)
class Meaning:
    """What a recording's numbers mean.

    Attributes:
        outputs: of the model.
        main_output: name of the one that is drawn where nobody chooses, or None.
        labels: what viewers see as colours, or None.
        arrays: "labels", and "targets" or "targets/NAME", as inputs.safetensors holds them.
    """

    outputs: tuple[Output, ...] = ()
    main_output: str | None = None
    labels: Labels | None = None
    arrays: Mapping[str, Array] = field(default_factory=dict)

    def target_of(self, output: Output, inputs: Mapping[str, Array]) -> Array | None:
        """Return what the loss compares an output with, or None where that is not recorded.

        Args:
            output: one of the outputs.
            inputs: of the recording, by the names that they have in its file.
        """
        key = target_key(output, len(self.outputs))
        return None if key is None else {**inputs, **self.arrays}.get(key)


def understood(facts: Sequence[Facts], samples: Samples, told: Told) -> Meaning:
    """Return what a recording's numbers mean.

    Labels are the targets of the only output, or of the one that the user names, wherever they can be; and colours wherever
    there is one for each sample.

    Args:
        facts: of each output.
        samples: as the user gave them.
        told: what the user says of the outputs.

    Raises:
        InputError: it cannot be known, or labels do not fit; names the way out.
    """
    names = [one.name for one in facts]
    for asked in {*filter(None, [told.output]), *filter(None, told.tasks), *filter(None, samples.targets)} - set(names):
        raise InputError(f"the model has no output {asked!r}; it has {', '.join(names) or 'none'}")
    main = told.output or (names[0] if len(names) == 1 else None)
    if len(names) > 1 and main is None and ("" in told.tasks or "" in samples.targets or samples.labels is not None):
        raise InputError(
            f"the model has outputs {', '.join(names)}; pass output= for the one that labels=, targets= and task= mean, "
            "or a dict by their names"
        )
    parts = [_Part(one, samples, told, is_main=one.name == main) for one in facts]
    labels, colours = _colours(samples, next((part for part in parts if part.facts.name == main), None))
    arrays = {} if colours is None else {"labels": colours}
    outputs = []
    for part in parts:
        target = part.target
        same = (
            target is not None
            and colours is not None
            and target.shape == colours.shape
            and np.array_equal(target, colours)
        )
        if target is not None and not same:
            arrays[file_key("targets", part.facts.name, len(parts))] = target
        kind = "labels" if same else "targets" if target is not None else "inputs" if part.copies else None
        outputs.append(part.output.model_copy(update={"target": kind}))
    return Meaning(tuple(outputs), main, labels, arrays)


class _Part:
    """One output, and what the loss compares it with."""

    def __init__(self, facts: Facts, samples: Samples, told: Told, *, is_main: bool) -> None:
        self.facts = facts
        own = samples.targets.get(facts.name, samples.targets.get("") if is_main else None)
        self.takes_labels = own is None and is_main
        self._given = _turned(samples.compared_with(facts.name, is_main=is_main), facts)
        self._must_fit = own is not None
        self._names = samples.class_names if is_main else ()
        single = samples.inputs.get("inputs")
        copy = self._given is not None and single is not None and _are_same(self._given, single)
        task = told.tasks.get(facts.name, told.tasks.get("") if is_main else None)
        self.target: Array | None = None
        if task is None and not is_main and self._given is None and facts.loss is None:
            self.decision = Decision("none", False, "values")
        else:
            self.decision = decide(facts, task or facts.task or None, self._given, copy=copy, named=len(self._names))
        self._must_fit = self._must_fit or task is not None
        self._positions = facts.shape[:-1] if facts.shape and self.decision.sequence else ()
        self.copies = self.decision.task == "reconstruction" and (own is None or copy)
        self.output = self._with_target()
        self.fits = self.target is not None
        if facts.is_masked:
            found = masked(self.output, self.target, facts.counted)
            if found is None:  # the target cannot say which positions count
                log.warning(
                    "output %s is masked (mask_zero, Masking): its loss and accuracy are not stated", facts.name
                )
                self.target, self.copies = None, False
            else:
                self.output, self.target = found

    def _with_target(self) -> Output:
        """Return the output, having found its target."""
        task, sequence, form = self.decision
        loss = self.facts.loss
        ignored = self.facts.ignored if loss is None else loss.settings.get("ignore_class")
        if loss is not None and self.facts.why_unstated:
            log.info("the loss of output %s is not stated: %s", self.facts.name, self.facts.why_unstated)
            loss = None
        names: tuple[str, ...] = ()
        values: tuple[float, ...] = ()
        if task in ("binary", "multiclass"):
            found = self._classes(ignored)
            names, values = found.names, found.values
        elif task == "multilabel":
            names = names_of(self._names, self.facts.units or len(self._names))
            self.target = self._fitting(yes_or_no=True)
        elif task == "regression" or (task == "reconstruction" and not self.copies):
            self.target = self._fitting()
        return Output(
            name=self.facts.name, task=task, sequence=sequence, form=form, loss=loss, class_names=names, label_values=values,
            loss_of_logits=loss is not None and self.facts.loss_of_logits,
            ignored=None if ignored is None or self.decision.task != "multiclass" else float(ignored),
        )  # fmt: skip

    def _classes(self, ignored: float | None) -> Classes:
        """Return the classes of the output, with the target where the given numbers can be that."""
        binary, units = self.decision.task == "binary", self.facts.units
        labels = self._given
        empty = np.zeros(0)
        if labels is not None and self._can_be_classes(labels):
            if labels.dtype.kind == "U" and not self._names:
                kinds = list(map(str, np.unique(labels)))
                raise InputError(
                    f"labels hold names ({', '.join(kinds[:10])}), and nothing says which class of output {self.facts.name!r} "
                    f"each is; pass class_names= in the order of the classes, such as class_names={kinds[:3]}"
                )
            rows = self._has_rows(labels)
            if not rows and labels.shape[1:] == (*self._positions, 1):
                labels = labels[..., 0]
            if rows:
                found = class_rows(labels, self._names)
                self.target = found.numbers if is_one_hot(labels) else labels
            else:
                found = two_classes(labels, self._names) if binary else classes_of(labels, self._names, units, ignored)
                self.target = found.numbers
            return found
        if labels is not None and self._must_fit:
            raise InputError(
                f"targets of output {self.facts.name!r} have shape {labels.shape[1:]} for each sample; it puts out "
                f"{self.facts.shape} and answers {self.decision.task}; expected a class each"
            )
        return two_classes(empty, self._names) if binary else classes_of(empty, self._names, units)

    def _can_be_classes(self, labels: Array) -> bool:
        """Say whether there is a class for each answer, as a number, a text, or a row over all classes."""
        kind = labels.dtype.kind
        # Truth values name two classes, and no class among several.
        if kind == "b" and self.decision.task == "multiclass" and (self.facts.units or 0) > 2 and not self._must_fit:
            return False
        whole = kind in "iubU" or np.array_equal(labels, np.round(labels)) or len(np.unique(labels)) == 2
        return self._has_rows(labels) or (whole and labels.shape[1:] in (self._positions, (*self._positions, 1)))

    def _has_rows(self, labels: Array) -> bool:
        rows = (
            self.decision.task == "multiclass" and labels.ndim > 1 and labels.shape[-1] > 1 and labels.dtype.kind != "U"
        )
        return rows and (self.facts.shape is None or labels.shape[1:] == self.facts.shape)

    def _fitting(self, *, yes_or_no: bool = False) -> Array | None:
        """Return the given numbers where there is one for each that the output puts out."""
        given, shape = self._given, self.facts.shape
        if given is None:
            return None
        fits = given.dtype.kind != "U" and (shape is None or given.shape[1:] == shape or (*given.shape[1:], 1) == shape)
        if fits and yes_or_no and not is_yes_or_no(given):
            raise InputError(
                f"targets of output {self.facts.name!r} hold other numbers than 0 and 1; it answers multilabel; expected 0 or 1 "
                "for each label, or task='regression'"
            )
        if not fits and self._must_fit:
            raise InputError(
                f"targets of output {self.facts.name!r} have shape {given.shape[1:]} for each sample; expected {shape}"
            )
        return np.maximum(given, 0) if fits and yes_or_no else given if fits else None


def _colours(samples: Samples, main: _Part | None) -> tuple[Labels | None, Array | None]:
    """Return what the labels are as colours, and one number for each sample; None where there is none."""
    labels = samples.labels
    if (
        main is not None
        and main.output.classifies
        and main.target is not None
        and (labels is None or main.takes_labels)
    ):
        numbers = main.target.argmax(axis=1) if main.target.ndim == 2 else main.target
        return Labels(kind="classes", names=main.output.class_names), np.asarray(numbers, np.int64)
    if labels is None:
        return None, None
    single = labels.size == len(labels)
    used = main is not None and main.fits and main.takes_labels
    if not single:
        if used or (main is not None and main.copies):
            return None, None
        if labels.ndim == 2 and labels.dtype.kind != "U" and is_one_hot(labels):
            found = class_rows(labels, samples.class_names)
            return Labels(kind="classes", names=found.names), found.numbers
        raise InputError(
            f"labels have shape {labels.shape[1:]} for each sample, which is neither what the loss compares with nor a colour; "
            "expected one number or name for each; pass targets= for what the loss compares with"
        )
    flat = labels.reshape(len(labels))
    values = used and main is not None and main.decision.task == "regression"
    if values or (flat.dtype.kind == "f" and not (samples.class_names and np.array_equal(flat, np.round(flat)))):
        return Labels(kind="values"), flat
    kinds = np.unique(flat)
    if len(kinds) > MOST_KINDS:
        raise InputError(
            f"labels hold {len(kinds)} different whole numbers; more than {MOST_KINDS} classes are no colours; pass them as "
            "floating numbers to be coloured by value"
        )
    named = flat if flat.dtype.kind == "U" or _count_from_zero(kinds) else flat.astype(str)
    names = samples.class_names or (() if named is flat else tuple(f"{kind}" for kind in kinds))
    found = classes_of(named, names, None)
    return Labels(kind="classes", names=found.names), found.numbers


def _count_from_zero(kinds: Array) -> bool:
    return bool(kinds.dtype.kind == "b" or (kinds.min() >= 0 and kinds.max() < MOST_KINDS))


def _turned(given: Array | None, facts: Facts) -> Array | None:
    """Return targets with their channels last, as the output has them."""
    shape = facts.shape
    first = (
        given is not None and facts.channels_first and shape is not None and given.shape[1:] == (shape[-1], *shape[:-1])
    )
    return np.moveaxis(given, 1, -1) if given is not None and first else given


def _are_same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and one.dtype.kind != "U" and np.array_equal(one, other)

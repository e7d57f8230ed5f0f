"""Several trainings decided from lists of settings, each a run of its own."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from animviz.errors import InputError
from animviz.experiments.experiment import Experiment, Run

__all__ = ["MOST", "decide", "of_seeds"]

MOST = 12


def decide(
    experiment: Experiment, values: Mapping[str, Any], architectures: Sequence[str], reductions: Sequence[str]
) -> list[Run]:
    """Combine every architecture with every reduction of the data whose width it fits.

    Args:
        experiment: what is trained.
        values: the other data and training options, by name.
        architectures: as text; none stands for the experiment's own.
        reductions: values of the data's option "reduce"; none stands for its default.

    Raises:
        InputError: a value cannot be used, an architecture fits none of the data, a run comes twice, or there are not
            2 to 12 of them.
    """
    bases = [experiment.run({**values, "reduce": reduction}) for reduction in reductions] or [experiment.run(values)]
    runs = [run for text in architectures or [experiment.training.arch] for run in _fitting(text, bases)]
    labels = [run.label for run in runs]
    for label in labels:
        if labels.count(label) > 1:
            raise InputError(f"--arch: {label} is asked for twice; leave one of them out")
    if len(runs) == 1:
        raise InputError(
            f"this is a single run, of {labels[0]}; expected 2 to {MOST} networks to compare: give --arch or --reduce once for "
            f"each, such as --arch {runs[0].training.arch} --arch ANOTHER; --seeds repeats networks, and adds none"
        )
    if len(runs) > MOST:
        raise InputError(f"this is {len(runs)} runs; expected 2 to {MOST}, by giving --arch or --reduce less often")
    return runs


def of_seeds(
    experiment: Experiment,
    values: Mapping[str, Any],
    architectures: Sequence[str],
    reductions: Sequence[str],
    seeds: Sequence[int],
) -> list[list[Run]]:
    """Return the runs of each network, one for each seed; see `decide`.

    Args:
        experiment: what is trained.
        values: the other data and training options, by name.
        architectures: as text.
        reductions: values of the data's option "reduce".
        seeds: of data, initial weights and order of samples; none stands for the one among the values.

    Raises:
        InputError: see `decide`.
    """
    if not seeds:
        return [[run] for run in decide(experiment, values, architectures, reductions)]
    by_seed = [decide(experiment, {**values, "seed": seed}, architectures, reductions) for seed in seeds]
    return [list(runs) for runs in zip(*by_seed, strict=True)]


def _fitting(text: str, bases: Sequence[Run]) -> list[Run]:
    """Return a run for each of the data that the architecture fits."""
    first = text.partition("-")[0].strip()
    fixed = int(first) if first.isascii() and first.isdecimal() and len(first) < 9 else None
    if bases[0].experiment.network != "dense" or len(bases) == 1 or fixed is None:
        return [base.with_arch(text) for base in bases]
    widths = [prod(base.dataset.x.shape[1:]) for base in bases]
    if fixed not in widths:
        there = ", ".join(f"{width} ({base.reduction or 'whole'})" for base, width in zip(bases, widths, strict=True))
        raise InputError(f"--arch {text} fits none of the data, whose widths are {there}")
    return [base.with_arch(text) for base, width in zip(bases, widths, strict=True) if width == fixed]

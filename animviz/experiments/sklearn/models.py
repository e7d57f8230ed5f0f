"""Models of scikit-learn, its own or those of a user's file, that learn the same points."""

import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from animviz.errors import InputError
from animviz.experiments.experiment import Run
from animviz.experiments.ideas.models import ModelsTraining
from animviz.experiments.telling import Progress
from animviz.recorders.sklearn.models import record_models
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    assert isinstance(training, ModelsTraining)
    assert dataset.validation is not None
    models = _usual(training.seed, len(dataset.x)) if training.estimators is None else _own(training.estimators)
    return record_models(
        models, dataset.x, dataset.y, path, asked=dataset.validation, states=training.epochs, title=dataset.title,
        overwrite=True, settings=run.settings(), watchers=watchers,
        done=lambda share: progress.done(round(share * training.epochs)),
    )  # fmt: skip


def _usual(seed: int, samples: int) -> dict[str, Any]:
    """Return models of six kinds, each with a clock of its own."""
    return {
        "network": MLPClassifier(
            (32, 32), max_iter=240, learning_rate_init=0.02, batch_size=min(50, samples), random_state=seed
        ),
        "boosting": GradientBoostingClassifier(n_estimators=150, learning_rate=0.2, max_depth=2, random_state=seed),
        "forest": RandomForestClassifier(n_estimators=60, random_state=seed),
        "tree": DecisionTreeClassifier(random_state=seed),
        "support vectors": SVC(gamma=4.0),
        "neighbours": KNeighborsClassifier(),
    }


def _own(path: Path) -> Mapping[str, Any]:
    """Return the models of a user's file, by their names there.

    Raises:
        InputError: it cannot be run, or holds none.
    """
    try:
        names = runpy.run_path(str(path))
    except Exception as error:  # whatever the user's code raises
        raise InputError(f"--estimators {path} cannot be run ({type(error).__name__}: {error})") from error
    found = {name.replace("_", " "): value for name, value in names.items() if _is_model(value)}
    if not found:
        raise InputError(
            f"--estimators {path}: no estimator in it; write a line such as forest = RandomForestClassifier()"
        )
    return found


def _is_model(value: Any) -> bool:
    """Say whether a value is an estimator or a list of some; classes that were imported are none."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(_is_model, value))
    return hasattr(value, "fit") and hasattr(value, "predict") and not isinstance(value, type)

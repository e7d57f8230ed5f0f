"""What an estimator of scikit-learn is: layers, weights, outputs and loss."""

from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.linear_model import ElasticNet, LogisticRegression, SGDClassifier

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recorders.layers import dense
from animviz.recording.losses import Loss
from animviz.recording.replay.layers import Layer

__all__ = ["answers", "chain_of", "loss_of", "output_of", "weights_of"]

ACTIVATIONS = {
    "exp": "exponential", "identity": "linear", "logistic": "sigmoid", "relu": "relu", "softmax": "softmax", "tanh": "tanh",
}  # fmt: skip
OF_NUMBERS = {"squared_error": "mean_squared_error", "absolute_error": "mean_absolute_error", "poisson": "poisson"}
OF_MARGINS = {"hinge", "squared_hinge"}


def answers(estimator: Any, y: Any) -> str:
    """Return what an estimator answers, as a user would say it.

    Args:
        estimator: fitted or not.
        y: what it is trained to answer.

    Raises:
        InputError: it is a class, or neither a classifier nor a regressor, or answers several questions with a class each.
    """
    if isinstance(estimator, type):
        raise InputError(f"{estimator.__name__} is a class; pass an estimator made of it: {estimator.__name__}()")
    kind, shape = type(estimator).__name__, np.shape(y)
    if not hasattr(estimator, "fit"):
        raise InputError(f"{kind} is no classifier and no regressor; expected one of these")
    if not is_classifier(estimator):
        if not is_regressor(estimator):
            raise InputError(f"{kind} is no classifier and no regressor; expected one of these")
        return "regression"
    classes = len(np.unique(np.asarray(y)))
    form = "probabilities" if _gives_probabilities(estimator, classes) else "values"
    if len(shape) == 2 and shape[1] > 1:
        if not np.isin(np.asarray(y), (0, 1)).all() or not hasattr(estimator, "hidden_layer_sizes"):
            raise InputError(
                f"{kind} has y of shape {shape}; expected a class for each sample, or 0 and 1 with MLPClassifier"
            )
        return f"multilabel {form}"
    return f"{'multiclass' if classes > 2 else 'binary'} {form}"


def chain_of(fitted: Any, task: str) -> tuple[Layer, ...]:
    """Return the layers of a fitted estimator; empty for one that is no network.

    Args:
        fitted: any estimator; only classes of scikit-learn itself are known.
        task: what it answers.
    """
    if not type(fitted).__module__.startswith("sklearn."):
        return ()
    if hasattr(fitted, "coefs_"):
        inner = [f"hidden_{place}" for place in range(1, len(fitted.coefs_))]
        functions = [*(fitted.activation for _ in inner), fitted.out_activation_]
        return tuple(
            dense(name, ACTIVATIONS[function], kernel=f"coefs_/{place}", bias=f"intercepts_/{place}")
            for place, (name, function) in enumerate(zip([*inner, "output"], functions, strict=True))
        )
    if (
        hasattr(fitted, "coef_")
        and hasattr(fitted, "intercept_")
        and type(fitted).__module__.startswith("sklearn.linear_model")
    ):
        function = {"binary probabilities": "sigmoid", "multiclass probabilities": "softmax"}.get(task, "linear")
        return (dense("output", function, kernel="coef_", bias="intercept_", transposed=True),)
    return ()


def weights_of(fitted: Any) -> dict[str, Array]:
    """Return copies of what a fitted estimator has learned in passes; names are those of its attributes.

    Args:
        fitted: any estimator.
    """
    if hasattr(fitted, "coefs_"):
        lists = {"coefs_": fitted.coefs_, "intercepts_": fitted.intercepts_}
        return {f"{name}/{place}": array.copy() for name, arrays in lists.items() for place, array in enumerate(arrays)}
    if chain_of(fitted, ""):
        return {"coef_": np.array(fitted.coef_, ndmin=2), "intercept_": np.array(fitted.intercept_, ndmin=1)}
    if not hasattr(fitted, "partial_fit"):  # what grows, or is put together when it is fitted, is no array of weights
        return {}
    learned = {name: value for name, value in vars(fitted).items() if name.endswith("_") and not name.startswith("_")}
    return {
        name: value.copy()
        for name, value in learned.items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    }


def output_of(fitted: Any, inputs: Any, task: str) -> Array:
    """Return what a fitted estimator puts out, shape (samples, units): one unit for two classes.

    Args:
        fitted: the estimator, or what a classifier's `predict_proba` or a regressor's `predict` returned.
        inputs: what it is asked of.
        task: what it answers.
    """
    if isinstance(fitted, np.ndarray):
        values = fitted
    elif not is_classifier(fitted):
        values = fitted.predict(inputs)
    else:
        values = fitted.decision_function(inputs) if task.endswith("values") else fitted.predict_proba(inputs)
    values = np.asarray(values, np.float64).reshape(len(values), -1)
    return values[:, 1:] if task == "binary probabilities" else values


def loss_of(estimator: Any, task: str) -> Loss | None:
    """Return what an estimator minimises over the samples, without its penalties; None where that has no name in Keras.

    Args:
        estimator: fitted or not.
        task: what it answers.
    """
    said = getattr(estimator, "loss", None)
    if isinstance(estimator, ElasticNet | LogisticRegression):
        said = "squared_error" if isinstance(estimator, ElasticNet) else "log_loss"
    if said is None and not is_classifier(estimator):
        said = getattr(estimator, "criterion", None)
    if said == "log_loss":
        if task == "multiclass values":
            return Loss(name="binary_crossentropy", settings={"from_logits": True})
        return Loss(name="sparse_categorical_crossentropy" if task.startswith("multiclass") else "binary_crossentropy")
    if said in OF_MARGINS:
        return Loss(name=said)
    if said == "huber" and hasattr(estimator, "epsilon"):
        return Loss(name="huber", settings={"delta": estimator.epsilon})
    if is_classifier(estimator) and task.startswith("multiclass"):
        return None  # numbers of each class against the others, which no class number stands for
    return Loss(name=OF_NUMBERS[said]) if said in OF_NUMBERS else None


def _gives_probabilities(estimator: Any, classes: int) -> bool:
    """Say whether a classifier puts out probabilities, or values whose sign or size decides."""
    if getattr(estimator, "loss", None) == "modified_huber":  # its probabilities are values cut off at 0 and 1
        return False
    # Of several classes each has a line against the others; shares of their probabilities decide nothing.
    apart = isinstance(estimator, SGDClassifier) or getattr(estimator, "solver", "") == "liblinear"
    return hasattr(estimator, "predict_proba") and not (classes > 2 and apart)

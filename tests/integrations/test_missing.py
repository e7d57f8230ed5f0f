"""A tracker that is not installed is named with the command that installs it; importing its module needs none."""

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

from animviz.errors import InputError
from animviz.integrations.drawing import needed

TRACKERS = ["tensorboard", "wandb", "mlflow", "trackio"]


def test_importing_them_imports_no_tracker() -> None:
    modules = ", ".join(f"animviz.integrations.{name} as {name}_films" for name in TRACKERS)
    script = f"import sys, {modules}; print([name for name in {TRACKERS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", TRACKERS)
@pytest.mark.parametrize("call", ["log_film", "log_still"])
def test_missing_package_is_named_with_its_command(name: str, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    where = ("logs",) if name == "tensorboard" else ()
    with pytest.raises(InputError, match=f"^{name} is not installed; install it: pip install {name}$"):
        getattr(import_module(f"animviz.integrations.{name}"), call)(*where, "rings", "nothing.rec")


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "trackio"])
@pytest.mark.parametrize("call", ["log_film", "log_still"])
@pytest.mark.parametrize("step", ["x", 2.5, [1], 2**63])
def test_step_that_is_no_whole_number_is_refused_before_anything_is_drawn(name: str, call: str, step: object) -> None:
    where = ("logs",) if name == "tensorboard" else ()
    with pytest.raises(InputError, match=r"^step is .+; expected a whole number, such as 40, or None$"):
        getattr(import_module(f"animviz.integrations.{name}"), call)(*where, "rings", "nothing.rec", step=step)


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_run_must_be_open(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = ModuleType(name)
    tracker.run, tracker.active_run = None, lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, tracker)
    with pytest.raises(InputError, match=f"no run of {name} is open; call"):
        import_module(f"animviz.integrations.{name}").log_film("rings", "nothing.rec")


def test_what_a_tracker_itself_lacks_is_no_missing_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "json.decoder", None)
    monkeypatch.delitem(sys.modules, "json")
    with pytest.raises(ModuleNotFoundError):
        needed("json", "json")

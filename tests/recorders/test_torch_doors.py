"""Callbacks over PyTorch's door: Lightning's and Hugging Face's, in their real trainers."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from animviz import Recording
from animviz.errors import InputError, RecordingError

with warnings.catch_warnings():  # on import both use what newer packages frown upon
    warnings.simplefilter("ignore")
    import lightning
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    from animviz.recorders.lightning import Recorder as LightningRecorder
    from animviz.recorders.transformers import Recorder as TransformersRecorder

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]
torch.set_num_threads(1)  # workers share the processor's cores

POINTS = torch.randn(64, 2, generator=torch.Generator().manual_seed(1))
INSIDE = (POINTS.norm(dim=1) < 1).float()


class Module(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.2), nn.Linear(6, 1))
        self.fails_in = -1

    def training_step(self, batch: Any, place: int) -> torch.Tensor:
        if self.current_epoch == self.fails_in:
            raise ZeroDivisionError
        loss = functional.binary_cross_entropy_with_logits(self.net(batch[0])[:, 0], batch[1])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: Any, place: int) -> None:
        self.log("val_loss", functional.binary_cross_entropy_with_logits(self.net(batch[0])[:, 0], batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.05)


def fit(*callbacks: Any, epochs: int = 2, fails_in: int = -1, **options: Any) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    module, data = Module(), TensorDataset(POINTS, INSIDE)
    module.fails_in = fails_in
    trainer = lightning.Trainer(
        max_epochs=epochs, callbacks=list(callbacks), accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, **options,
    )  # fmt: skip
    trainer.fit(module, DataLoader(data, batch_size=16, shuffle=True), DataLoader(data, batch_size=32))
    return module.state_dict()


def of_lightning(path: Path, **options: Any) -> LightningRecorder:
    return LightningRecorder(path, POINTS, INSIDE, loss=nn.BCEWithLogitsLoss(), **{"submodule": "net", **options})


def test_lightning_trains_the_same_and_is_recorded(tmp_path: Path) -> None:
    without, with_it = fit(), fit(of_lightning(tmp_path / "run.rec", every="1/2"))
    assert all(torch.equal(tensor, with_it[name]) for name, tensor in without.items())
    recording = Recording(tmp_path / "run.rec")
    assert recording.manifest.finished
    assert list(recording.epochs) == [0, 0.5, 1, 1.5, 2]
    assert recording[-1].step == 8
    assert set(recording[-1].logs) == {"loss", "train_loss", "val_loss"}
    assert recording[-1].scores["loss"] == pytest.approx(recording[-1].logs["val_loss"], rel=1e-5)


def test_lightning_counts_gradient_steps(tmp_path: Path) -> None:
    fit(of_lightning(tmp_path / "run.rec"), accumulate_grad_batches=3)
    assert [snapshot.step for snapshot in Recording(tmp_path / "run.rec")] == [0, 2, 4]


def test_an_error_in_lightning_leaves_what_was_recorded(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fit(of_lightning(tmp_path / "run.rec"), fails_in=1)
    recording = Recording(tmp_path / "run.rec")
    assert (len(recording), recording.manifest.finished) == (2, False)


def test_lightning_is_told_which_part_to_record(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="submodule is 'nett'; Module has net"):
        fit(of_lightning(tmp_path / "run.rec", submodule="nett"))
    with pytest.raises(RecordingError, match=r"does not take the recorded inputs.*NotImplementedError"):
        fit(of_lightning(tmp_path / "run.rec", submodule=""))


WORDS = torch.randint(5, 50, (48, 6), generator=torch.Generator().manual_seed(1))
KINDS = (WORDS[:, 0] > 25).long()


def tuned(folder: Path, *callbacks: Any, **options: Any) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=8, num_labels=2,
    )  # fmt: skip
    data = [{"input_ids": words, "labels": kind} for words, kind in zip(WORDS, KINDS, strict=True)]
    settings = TrainingArguments(
        str(folder), num_train_epochs=2, per_device_train_batch_size=16, report_to=[], logging_strategy="epoch", seed=1,
        use_cpu=True, disable_tqdm=True, eval_strategy="epoch", **{"save_strategy": "no", **options},
    )  # fmt: skip
    trainer = Trainer(
        BertForSequenceClassification(config),
        settings,
        train_dataset=data,
        eval_dataset=data,
        callbacks=list(callbacks),
    )
    trainer.train()
    return trainer.model.state_dict()


def test_a_trainer_of_transformers_trains_the_same_and_is_recorded(tmp_path: Path) -> None:
    recorder = TransformersRecorder(tmp_path / "run.rec", {"input_ids": WORDS}, KINDS, loss=nn.CrossEntropyLoss())
    without, with_it = tuned(tmp_path / "out"), tuned(tmp_path / "out", recorder)
    assert all(torch.equal(tensor, with_it[name]) for name, tensor in without.items())
    recording = Recording(recorder.path)
    assert recording.manifest.finished
    assert [snapshot.step for snapshot in recording] == [0, 3, 6]
    for snapshot in recording[1:]:  # what is logged after an epoch is of that epoch
        assert snapshot.scores["loss"] == pytest.approx(snapshot.logs["eval_loss"], rel=1e-4)
    assert "classifier" in recording[-1].stored


def test_the_last_state_is_that_of_the_last_epoch_though_the_best_is_loaded(tmp_path: Path) -> None:
    recorder = TransformersRecorder(tmp_path / "run.rec", {"input_ids": WORDS}, KINDS, loss=nn.CrossEntropyLoss())
    # The first epoch is called the best, so that another state than the last is loaded.
    best = tuned(
        tmp_path / "out", recorder, save_strategy="epoch", load_best_model_at_end=True, metric_for_best_model="eval_loss",
        greater_is_better=True, learning_rate=0.01,
    )  # fmt: skip
    recording = Recording(recorder.path)
    losses = [snapshot.logs["eval_loss"] for snapshot in recording[1:]]
    for snapshot in recording[1:]:
        assert snapshot.scores["loss"] == pytest.approx(snapshot.logs["eval_loss"], rel=1e-3)
    assert losses[0] > losses[1]
    first, last = (torch.tensor(snapshot.weights["classifier.weight"]) for snapshot in recording[1:])
    assert torch.equal(best["classifier.weight"], first)
    assert not torch.equal(first, last)

"""Layers in their principal components, one basis for all epochs (Pearson 1901; Hotelling 1933)."""

from typing import Annotated

from animviz import Draw, Range, Recording, Stage, scene

from .families.embedding import By, Samples, Thumbnails, Trails, embeddable, embedding_scene


@scene(experiment="digits_mlp", group="way", suits=embeddable("pca"))
def pca(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500, trails: Trails = 0,
    thumbnails: Thumbnails = None, by: By = "true", epoch: float | None = None,
    dimensions: Annotated[int, Range(2, 3)] = 2,
) -> Draw:  # fmt: skip
    """Principal components of layers over the epochs, test samples among training samples.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: up to six names with commas between them, "input" among them, the last one drawn large; by default
            the input and the last two hidden layers.
        samples: training samples to fit at most, and test samples to place at most.
        trails: epochs over which each test point draws a tail.
        thumbnails: images of samples to show, wrong answers first; by default a few where there is room.
        by: what colours say: the true class or value, the predicted class, or the value.
        epoch: of one layout, laid out alone; by default all epochs.
        dimensions: 2, or 3 for space that turns slowly.
    """
    return embedding_scene(
        stage, recording, "pca", layers=layers, samples=samples, trails=trails, thumbnails=thumbnails, by=by, epoch=epoch,
        dimensions=dimensions,
    )  # fmt: skip

"""Layers by UMAP, all epochs in one layout, so that nothing jumps (McInnes, Healy and Melville 2018)."""

from typing import Annotated

from animviz import Draw, Range, Recording, Stage, scene

from .families.embedding import By, Samples, Thumbnails, Trails, embeddable, embedding_scene


@scene(experiment="digits_mlp", group="way", suits=embeddable("umap"))
def umap(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500, trails: Trails = 0,
    thumbnails: Thumbnails = None, by: By = "true", epoch: float | None = None,
    n_neighbors: Annotated[int, Range(2, 1000)] = 15,
    min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1, weight: Annotated[float, Range(0.0, 1e6)] = 3.0,
    span: Annotated[int, Range(1, 1000)] = 5, embed_threads: Annotated[int, Range(1, 256)] | None = None,
) -> Draw:  # fmt: skip
    """UMAP of layers over the epochs, steady, test samples among training samples.

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
        n_neighbors: neighbours per sample, itself included; more shows the whole, fewer the detail.
        min_dist: how near points may come to each other.
        weight: how strongly each sample is held to itself from epoch to epoch; 0 lets epochs go their own way.
        span: epochs over which it is held.
        embed_threads: threads that compute the layout the first time, by default one for each core; the result is the
            same.
    """
    return embedding_scene(
        stage, recording, "umap", layers=layers, samples=samples, trails=trails, thumbnails=thumbnails, by=by, epoch=epoch,
        threads=embed_threads, n_neighbors=n_neighbors, min_dist=min_dist, weight=weight, span=span,
    )  # fmt: skip

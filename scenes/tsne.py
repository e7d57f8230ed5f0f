"""Layers by t-SNE, each epoch from the one after it (van der Maaten and Hinton 2008; Rauber, Falcao and Telea 2016)."""

from typing import Annotated

from animviz import Draw, Package, Range, Recording, Stage, scene

from .families.embedding import By, Samples, Thumbnails, Trails, embeddable, embedding_scene


@scene(experiment="digits_mlp", group="way", packages=(Package("openTSNE", "animviz[tsne]"),), suits=embeddable("tsne"))
def tsne(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500, trails: Trails = 0,
    thumbnails: Thumbnails = None, by: By = "true", epoch: float | None = None,
    perplexity: Annotated[float, Range(1, 1000)] = 30.0,
    embed_threads: Annotated[int, Range(1, 256)] | None = None,
) -> Draw:  # fmt: skip
    """t-SNE of layers over the epochs, test samples among training samples; needs animviz[tsne].

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
        perplexity: neighbours that count, softly; at most a third of the samples.
        embed_threads: threads that compute the layout the first time, by default one for each core.
    """
    return embedding_scene(
        stage, recording, "tsne", layers=layers, samples=samples, trails=trails, thumbnails=thumbnails, by=by, epoch=epoch,
        threads=embed_threads, perplexity=perplexity,
    )  # fmt: skip

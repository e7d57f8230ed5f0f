"""Steady embeddings: activations over the epochs, or over the layers, as positions in the plane or in space.

    embed             activations -> Embedding
    place             new samples -> their places in it
    embedding_of      the same for a layer of a recording, computed once and kept there
    flow_of           the same for several layers of one snapshot
    stored_embeddings all that a recording holds

Importing this package imports neither umap nor scikit-learn nor TensorFlow. Computing with `umap`, `pca` and `tsne`
does not import TensorFlow either.
"""

from animviz.embed.computing import METHODS, Method, embed, place, settings_of
from animviz.embed.embedding import Embedding
from animviz.embed.recorded import embedding_of, flow_of
from animviz.embed.scores import Scores
from animviz.embed.stored import stored_embeddings

__all__ = [
    "METHODS",
    "Embedding",
    "Method",
    "Scores",
    "embed",
    "embedding_of",
    "flow_of",
    "place",
    "settings_of",
    "stored_embeddings",
]

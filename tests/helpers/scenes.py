"""Scenes, and what each kind of them is drawn from."""

from animviz import Recording, Stage
from animviz.moment import Draw
from animviz.pictures.discovery import find_scene, scene_names

# What each experiment is trained with for the tests of all scenes: small, a few epochs, seconds at most.
SETTINGS: dict[str, dict[str, object]] = {
    "two_rings": {"arch": "2-3-2-1"},
    "polynomial": {"arch": "1-3-1"},
    "digits_mlp": {"arch": "64-16-8-10"},
    "digits_plane": {"arch": "64-8-2-10"},
    "lenet": {"arch": "2-4-12-8-10"},
    "addition": {},
    "autoencoder": {},
    "collapse": {},
    "overfit": {},
    "descent": {},
    "paint": {},
    "induction": {},
    "flow": {"arch": "3-16-2"},
    "models": {},
}

# umap and tsne are the scene pca with another method, which takes half a minute for each recording.
SCENES = [name for name in scene_names() if name not in ("umap", "tsne")]


def set_up(name: str, stage: Stage, recording: Recording, **options: object) -> Draw:
    return find_scene(name).set_up(stage, recording, **options)

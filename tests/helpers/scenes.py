"""Scenes, and what each kind of them is drawn from."""

from animviz import Recording, Stage
from animviz.moment import Draw
from animviz.pictures.discovery import find_scene, scene_names

# What each kind of scene is drawn from; a scene without an experiment of its own would have to be added here.
ARCHS = {
    "two_rings": "2-3-2-1",
    "polynomial": "1-3-1",
    "digits_mlp": "64-16-8-10",
    "digits_plane": "64-8-2-10",
    "lenet": "2-4-12-8-10",
}

# umap and tsne are the scene pca with another method, which takes half a minute for each recording.
SCENES = [name for name in scene_names() if name not in ("umap", "tsne")]


def set_up(name: str, stage: Stage, recording: Recording, **options: object) -> Draw:
    return find_scene(name).set_up(stage, recording, **options)

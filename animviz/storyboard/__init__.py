"""Storyboards: a film of several shots from one file, drawn again only where something changed.

`reading` makes a `Board` of the file, `deciding` a `Film` of the board (everything that can be refused is refused there,
before anything is trained), `making` the files of the film.
"""

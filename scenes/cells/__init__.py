"""Small forms of scenes, for the cells of a split frame."""

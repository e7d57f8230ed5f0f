"""Pictures: a scene, a recording and options, as one frame."""

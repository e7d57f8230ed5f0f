"""Video: frames into files."""

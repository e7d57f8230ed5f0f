"""The recording: a folder on disk, and the network at any moment of it."""

"""Landmarks: moments of a training that deserve a caption, found in its recording."""

from animviz.analysis.landmarks.landmark import Landmark
from animviz.analysis.landmarks.search import landmark_named, landmarks, landmarks_of_curves

__all__ = ["Landmark", "landmark_named", "landmarks", "landmarks_of_curves"]

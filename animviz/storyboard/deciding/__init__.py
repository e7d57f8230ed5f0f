"""Decides a storyboard: which shot shows what at which moment."""

"""The file of a storyboard, read and checked."""

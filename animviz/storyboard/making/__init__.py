"""Makes the files of a storyboard."""

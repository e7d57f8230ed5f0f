"""The film of a storyboard: its frames and sounds."""

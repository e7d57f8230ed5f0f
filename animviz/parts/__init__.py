"""Parts: what scenes are built of."""

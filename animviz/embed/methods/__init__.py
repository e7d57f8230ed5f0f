"""Methods of embedding: mathematics on arrays, which know no recording."""

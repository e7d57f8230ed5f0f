"""Experiments that show an idea of the field, a file each: data, settings of their own, and who trains them."""

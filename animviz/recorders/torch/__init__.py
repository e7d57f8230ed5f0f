"""PyTorch's door: `watch`, and what it reads of a module: names, layers, losses, and the outputs of a pass of its own."""

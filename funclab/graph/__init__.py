"""The graph: which tensors and layers are connected. Nothing is computed here."""

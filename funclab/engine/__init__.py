"""The engine: plans of array steps, their memory, and a numerical check of gradients."""

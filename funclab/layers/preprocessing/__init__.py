"""Layers that prepare data: numbers, words, images."""

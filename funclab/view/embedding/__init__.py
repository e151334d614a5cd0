"""Which samples, or words, a model treats alike: rows of many numbers as points of a plane."""

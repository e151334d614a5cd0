"""What the views share that show what a model has learned: one forward pass of data, recorded at
every call, answers beside the truth, and a strip of samples."""

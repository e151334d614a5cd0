"""How a call of a layer finds its ops: with unknown lengths, and on the tape of a GradientTape."""

"""Operations of neural networks: activations, convolutions, losses."""

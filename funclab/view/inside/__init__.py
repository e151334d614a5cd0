"""What each call of a model makes of a sample, how one number of it is made, and where attention
looks."""

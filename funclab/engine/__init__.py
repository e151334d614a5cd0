"""What runs: plans of array steps, their memory, and a check of every gradient."""

"""What batches are made of: arrays, streams, and arrays that are read from disk."""

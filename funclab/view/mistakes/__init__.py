"""Where a model is wrong: a table of counts, the surest mistakes, and bins of its sureness."""

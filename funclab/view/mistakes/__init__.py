"""Where a model is wrong: a table of counts, the mistakes by loss, and bins of its sureness."""

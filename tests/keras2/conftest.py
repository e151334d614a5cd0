collect_ignore = ["notebooks"]  # they are run by test_notebooks.py, in sessions of their own

"""What the answer would be if the input were different: changes by hand, and four maps of them."""

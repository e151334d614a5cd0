"""The spellings of Keras 2 and 1, for course notebooks of 2016 to 2019."""

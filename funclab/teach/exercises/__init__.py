"""The judges of the exercises, one file for each lesson."""

"""What a verdict advises: tried first, or said only where it is about the line alone."""

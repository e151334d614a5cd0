"""The parts of the page of a class: HTML without scripts, in which all text is escaped."""

"""Lessons of a teacher's own: started and checked by commands, judged by what their files say."""

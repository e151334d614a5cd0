"""What a student has answered: files, entries, and what is read from them."""

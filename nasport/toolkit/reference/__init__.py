"""A reader's tour of what comes along: the operators of the vocabulary and the spaces, as records and as text."""

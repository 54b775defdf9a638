"""Draw the signals of proxy tasks, as pictures and as text for a terminal."""

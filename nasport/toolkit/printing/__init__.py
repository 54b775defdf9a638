"""Output of commands: tables, messages and progress bars that fit the terminal."""

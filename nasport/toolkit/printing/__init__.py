"""What commands print: tables, messages and progress, as wide as the terminal is."""

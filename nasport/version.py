"""The version of nasport: pyproject.toml, `nasport.__version__` and `nasport --version` take it from here."""

VERSION = "0.1.0"

"""Entry point of `python -m nasport`, which runs the command `nasport`."""

from nasport.toolkit.main import run

if __name__ == "__main__":
    run()

"""`python -m nasport`, as `nasport`."""

from nasport.toolkit.main import run

if __name__ == "__main__":
    run()

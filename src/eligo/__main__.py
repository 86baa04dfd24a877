"""`python -m eligo`: the command line."""

from eligo.cli import main

if __name__ == "__main__":
    main()

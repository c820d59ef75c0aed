"""`python -m mailweir` is the `mailweir` command."""

from mailweir.cli import main

if __name__ == "__main__":
    main()

"""`python -m syncline`: the command line, where no `syncline` script is on the path."""

from __future__ import annotations

from syncline.cli import main

if __name__ == "__main__":
    main()

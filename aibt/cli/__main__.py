"""`python -m aibt.cli` is `aibt`."""

from aibt.cli import main

main()

"""The command line: a client of the running platform, which it also starts and stops."""


def main() -> None:
    """Run `aibt` with the arguments of this process, and exit."""
    from aibt.cli.app import app

    app()

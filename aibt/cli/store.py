"""`aibt store …`: the database's schema, and moving everything from one store into another."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from aibt.cli import formats, output
from aibt.cli.complaints import Complaint
from aibt.cli.direct import complaining, migrate_store, opened_store
from aibt.cli.entry import AsJson, settings
from aibt.cli.server import ServerFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibt.settings import Settings
    from aibt.store.transfer import Moved

app = typer.Typer(no_args_is_help=True, help="The store of this machine's settings.")

Archive = Annotated[Path, typer.Argument(metavar="FILE", help="Such as laptop.tar.gz.")]
Force = Annotated[
    bool, typer.Option("--force", help="Also while a platform of this machine uses the store.")
]
_SHOWN: Final = ("users", "bots", "trainings", "events", "files")
_STAY: Final = (
    "Sign-ins, users' keys of other services and the audit log stay where they are: they are of "
    "that installation alone."
)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema, as each start does.

    PostgreSQL is migrated as the role of AIBT_STORE__OWNER_URL.
    """
    chosen = settings()
    complaining(lambda: migrate_store(chosen))
    output.say(f"The store has this version's schema ({_name(chosen)}).")


@app.command("export")
def export_all(archive: Archive, *, force: Force = False, as_json: AsJson = False) -> None:
    """Write all rows and files of the store into one archive, to import them elsewhere.

    Example: aibt store export laptop.tar.gz
    """
    chosen = settings()
    _check_alone(chosen, force=force)

    async def exported() -> "Mapping[str, int]":
        from aibt.store.transfer import export_store

        async with opened_store(chosen) as store:
            return await export_store(store, chosen.store.root, archive)

    counts = complaining(lambda: asyncio.run(exported()))
    if as_json:
        output.show_json({"file": str(archive), "counts": dict(counts)})
        return
    what = ", ".join(f"{formats.count(counts[name])} {name}" for name in _SHOWN)
    output.show_lines(f"{archive}: {what}.")
    output.say(_STAY, "It holds password hashes: keep it to yourself.")


@app.command("import")
def import_all(archive: Archive, *, force: Force = False, as_json: AsJson = False) -> None:
    """Bring everything of an archive into the store of these settings, or nothing.

    An empty store keeps the ids; another one gives new ids, and says which.

    Example: aibt store import laptop.tar.gz
    """
    chosen = settings()
    _check_alone(chosen, force=force)

    async def imported() -> "Moved":
        from aibt.store.transfer import import_store

        async with opened_store(chosen) as store:
            return await import_store(store, chosen.store.root, archive)

    def acting() -> "Moved":
        migrate_store(chosen)
        return asyncio.run(imported())

    moved = complaining(acting)
    if as_json:
        output.show_json(_said(moved))
        return
    counts = ", ".join(f"{formats.count(len(ids))} {kind}" for kind, ids in moved.ids.items())
    kept = "under their own ids" if moved.kept_ids else "under new ids"
    output.show_lines(f"Imported {kept}: {counts}, {formats.count(moved.files)} files.")
    if not moved.kept_ids:
        rows = [
            (kind.removesuffix("s"), str(old), str(new))
            for kind, ids in moved.ids.items()
            for old, new in ids.items()
        ]
        output.show(output.table(("What", "Was>", "Is>"), rows))
    for kind, renamed in (("bot", moved.renamed), ("agent", moved.renamed_agents)):
        for email, names in renamed.items():
            for old, new in names.items():
                output.say(formats.plain(f"The {kind} {old} of {email} is named {new} here."))


def _said(moved: "Moved") -> dict[str, Any]:
    return {
        "kept_ids": moved.kept_ids,
        "ids": {
            kind: [{"was": old, "is": new} for old, new in ids.items()]
            for kind, ids in moved.ids.items()
        },
        "renamed": [
            {"kind": kind, "email": email, "was": old, "is": new}
            for kind, renamed in (("bot", moved.renamed), ("agent", moved.renamed_agents))
            for email, names in renamed.items()
            for old, new in names.items()
        ],
        "files": moved.files,
    }


def _check_alone(chosen: "Settings", *, force: bool) -> None:
    running = ServerFiles(chosen.store.root).running()
    if running is not None and not force:
        raise Complaint(
            f"The platform at {running.url} uses this store: `aibt down` first, or --force."
        )


def _name(chosen: "Settings") -> str:
    """Return where the database is, without a password."""
    from aibt.store.engine import read_url

    return read_url(chosen.store.database_url).render_as_string(hide_password=True)

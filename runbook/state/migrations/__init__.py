"""The changes of the tables, by Alembic: `versions` holds one module a revision, the newest is `tables.REVISION`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

FOLDER = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for these migrations, to be carried out on the connection."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def is_known(revision: str) -> bool:
    """Whether it is one of these (empty: before the first); if not, it is a newer version's."""
    try:
        return not revision or ScriptDirectory.from_config(config()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(connection: Connection) -> None:
    """Brings the tables to the newest revision, in the connection's transaction."""
    command.upgrade(config(connection), "head")

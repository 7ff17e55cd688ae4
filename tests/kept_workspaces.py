"""Kept workspaces of every schema version (tests/store/kept), copied to where a test may change them."""

import re
import shutil
from pathlib import Path

from fakes import make_settings

from analyzer.config import Settings
from analyzer.security.keys import derive_key, read_key
from analyzer.security.workspace_store import DATABASE
from analyzer.store.database import Database

KEPT = Path(__file__).parent / "store" / "kept"
VERSIONS = ("2", "3", "4", "5", "8")


def copied(version: str, folder: Path) -> Settings:
    """Copy a kept workspace with its keys; return the settings that open it."""
    shutil.copytree(KEPT / f"schema_{version}", folder, dirs_exist_ok=True)
    for file in (folder / "keys").iterdir():
        file.chmod(0o600)  # git keeps no such modes
    return make_settings(folder)


def opened_raw(settings: Settings) -> Database:
    """Open the database of a workspace as it is, without migrating it."""
    key = read_key(next(settings.keys_dir.glob("*.key")))
    return Database(settings.workspace / DATABASE, derive_key(key, "store"))


def schema_of(database: Database, without: tuple[str, ...] = ()) -> dict[tuple[str, str, str], str]:
    """Return the SQL of every table, index and trigger, by kind, name and table; written one way, as ALTER quotes."""
    rows = database.rows("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
    return {(kind, name, table): _written_one_way(sql) for kind, name, table, sql in rows if table not in without}


def _written_one_way(sql: str) -> str:
    return re.sub(r'^CREATE TABLE "(\w+)"', r"CREATE TABLE \1", " ".join(sql.split()))

"""What a file of SQLite has to be."""

import sqlite3
from dataclasses import dataclass


class NotOurs(Exception):  # noqa: N818 (a finding about a file; never leaves this package)
    """The file is no database of this version."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of a file, and the marks by which it is recognized.

    `checked` is whether all of the file is checked when it is opened; one whose content has digests need not be.
    """

    schema: str
    application_id: int
    format: int
    checked: bool = True

    @property
    def statements(self) -> list[str]:
        """The statements that create the tables."""
        return [statement.strip() for statement in self.schema.split(";") if statement.strip()]

    def begin(self, connection: sqlite3.Connection) -> None:
        """Create the tables of an empty file."""
        for statement in self.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {self.application_id}")
        connection.execute(f"PRAGMA user_version = {self.format}")

    def recognize(self, connection: sqlite3.Connection) -> None:
        """Raises `NotOurs` for a file with other marks or tables, or inconsistent content."""
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if marks != [self.application_id, self.format]:
            raise NotOurs("it was written by another version or another program")
        found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        if found != set(self.statements):
            raise NotOurs("its tables are not those of this version")
        if self.checked and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise NotOurs("its content is damaged")

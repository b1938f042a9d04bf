"""The tables of an account's daily counts."""

from exporter.sqlite.layout import Layout

SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE day (
    report TEXT NOT NULL, day TEXT NOT NULL, final INTEGER NOT NULL, PRIMARY KEY (report, day)
) WITHOUT ROWID;
CREATE TABLE number (
    report TEXT NOT NULL, day TEXT NOT NULL, application TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (report, day, application, key)
) WITHOUT ROWID;
CREATE TABLE label (
    id INTEGER PRIMARY KEY, report TEXT NOT NULL, application TEXT NOT NULL, key TEXT NOT NULL,
    UNIQUE (report, application, key)
);
CREATE TABLE event (
    hash INTEGER PRIMARY KEY, day INTEGER NOT NULL, kinds INTEGER NOT NULL, described INTEGER NOT NULL,
    label INTEGER NOT NULL, link INTEGER
);
CREATE TABLE late_code (link INTEGER PRIMARY KEY, day INTEGER NOT NULL);
CREATE TABLE active_user (hash INTEGER PRIMARY KEY, month INTEGER NOT NULL);
CREATE TABLE spelling (key TEXT PRIMARY KEY, spelling TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE user (hash BLOB PRIMARY KEY, bucket TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE created (hash BLOB PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
"""
LAYOUT = Layout(SCHEMA, application_id=0x61623263, format=1)

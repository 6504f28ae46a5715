"""Tables of the two databases of a generation."""

from __future__ import annotations

from typing import Final

from corpus.units import YEN_PER_UNIT

SHEETS_FILE: Final = "sheets.sqlite"
BLOBS_FILE: Final = "sheets.blobs"
FACTS_FILE: Final = "facts.duckdb"

# What many sheets share stands once: project names, offices, files.  Readers see one table, ``sheets``.
SQLITE: Final = """
CREATE TABLE sheet_rows (
    no INTEGER PRIMARY KEY, sheet_id TEXT NOT NULL UNIQUE, sheet_year INTEGER NOT NULL, number TEXT NOT NULL,
    name INTEGER NOT NULL, project_key TEXT NOT NULL, series INTEGER NOT NULL, source INTEGER NOT NULL,
    place TEXT NOT NULL, office INTEGER NOT NULL, cells INTEGER NOT NULL, figures INTEGER NOT NULL,
    sections INTEGER NOT NULL, block INTEGER NOT NULL, begin INTEGER NOT NULL, length INTEGER NOT NULL
);
CREATE TABLE names (id INTEGER PRIMARY KEY, project TEXT NOT NULL, name_key TEXT NOT NULL);
CREATE TABLE offices (
    id INTEGER PRIMARY KEY, ministry TEXT NOT NULL, bureau TEXT NOT NULL, division TEXT NOT NULL, account TEXT NOT NULL
);
CREATE TABLE sources (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, file TEXT NOT NULL);
CREATE VIEW sheets AS SELECT
    r.no, r.sheet_id, r.sheet_year, o.ministry, r.number, n.project, n.name_key, r.project_key, r.series, f.origin,
    f.file, r.place, o.bureau, o.division, o.account, r.cells, r.figures, r.sections
    FROM sheet_rows r JOIN names n ON n.id = r.name JOIN offices o ON o.id = r.office JOIN sources f ON f.id = r.source;
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY, offset INTEGER NOT NULL, size INTEGER NOT NULL, crc INTEGER NOT NULL,
    dictionary INTEGER NOT NULL
);
CREATE TABLE past (no INTEGER NOT NULL, sheet_year INTEGER NOT NULL, ministry TEXT NOT NULL, number TEXT NOT NULL);
CREATE TABLE reasons (id INTEGER PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE link_rows (no INTEGER NOT NULL, other INTEGER NOT NULL, reason INTEGER NOT NULL);
CREATE VIEW links AS SELECT l.no, l.other, r.reason FROM link_rows l JOIN reasons r ON r.id = l.reason;
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE files (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
    sheets INTEGER NOT NULL
);
CREATE TABLE removed (sheet_id TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE findings (severity TEXT NOT NULL, file TEXT NOT NULL, place TEXT NOT NULL, message TEXT NOT NULL,
    remedy TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE summary (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
NAME_COLUMNS: Final = ("project", "name_key")
OFFICE_COLUMNS: Final = ("ministry", "bureau", "division", "account")
SOURCE_COLUMNS: Final = ("origin", "file")
ROW_COLUMNS: Final = ("sheet_id", "sheet_year", "number", "project_key", "place", "cells", "figures", "sections")

# made after all rows are in: a bulk build of an index is several times cheaper
SQLITE_INDEXES: Final = """
CREATE INDEX names_key ON names (name_key);
CREATE INDEX offices_ministry ON offices (ministry);
CREATE INDEX sheets_name ON sheet_rows (name);
CREATE INDEX sheets_number ON sheet_rows (number);
CREATE INDEX sheets_series ON sheet_rows (series);
CREATE INDEX sheets_year ON sheet_rows (sheet_year, office);
CREATE INDEX past_no ON past (no);
CREATE INDEX links_no ON link_rows (no);
ANALYZE;
"""

INFO_COLUMNS: Final = (
    "no, sheet_id, sheet_year, ministry, number, project, series, origin, file, place, bureau, division, account"
)
# a sheet's blobs.Place; to be followed by a condition on ``s``
PLACE: Final = (
    "SELECT b.offset, b.size, b.crc, b.dictionary, s.begin, s.length FROM sheet_rows s JOIN blocks b ON b.number = s.block"
)

# Rows are gathered in a staging database, because DuckDB does not give back the room of dropped
# tables.  ``serial`` numbers what was added in order; ``alive`` maps it to the sheet's number.
STAGING: Final = """
CREATE TABLE staging.sheets (
    no INTEGER, sheet_id VARCHAR, sheet_year SMALLINT, ministry VARCHAR, project VARCHAR, series INTEGER,
    bureau VARCHAR, division VARCHAR, account VARCHAR, origin VARCHAR
);
CREATE TABLE staging.cells (
    serial INTEGER, pos INTEGER, tbl VARCHAR, measure VARCHAR, item VARCHAR, fiscal_year SMALLINT, value DOUBLE,
    amount_yen DECIMAL(18,2), unit VARCHAR, scope VARCHAR, sheet_year SMALLINT
);
CREATE TABLE staging.payees (
    serial INTEGER, pos INTEGER, block VARCHAR, rank SMALLINT, name VARCHAR, payee_key VARCHAR,
    corporate_number VARCHAR, amount_yen DECIMAL(18,2), fiscal_year SMALLINT, sheet_year SMALLINT
);
CREATE TABLE staging.attributes (
    serial INTEGER, name VARCHAR, text VARCHAR, year SMALLINT, sheet_year SMALLINT
);
"""
_FACTOR: Final = "CASE unit {} END".format(" ".join(f"WHEN '{unit}' THEN {yen}" for unit, yen in YEN_PER_UNIT.items()))
_VALUE: Final = f"amount_yen / ({_FACTOR})"
# Amounts are exact to a hundredth of a yen; cells are ordered by what questions select on, so that a
# question over one measure of one year reads a few blocks of the file.  What follows from another
# column is not stored: ``value`` from the amount (``other_value`` where it does not, to the last bit),
# ``payee_key`` from the name (``other_key`` where it differs).
FACTS: Final = f"""
CREATE TABLE facts.sheets AS SELECT * FROM staging.sheets ORDER BY no;
CREATE TABLE facts.cells (
    no INTEGER, pos INTEGER, tbl VARCHAR, measure VARCHAR, item VARCHAR, fiscal_year SMALLINT, other_value DOUBLE,
    amount_yen DECIMAL(18,2), unit VARCHAR, scope VARCHAR, sheet_year SMALLINT,
    value DOUBLE GENERATED ALWAYS AS (coalesce(other_value, {_VALUE})) VIRTUAL
);
INSERT INTO facts.cells BY NAME SELECT alive.b AS no, c.* EXCLUDE (serial, value),
    CASE WHEN value = {_VALUE} THEN NULL ELSE value END AS other_value
    FROM staging.cells c JOIN alive ON c.serial = alive.a ORDER BY measure, tbl, sheet_year, no, pos;
CREATE TABLE facts.payees (
    no INTEGER, pos INTEGER, block VARCHAR, rank SMALLINT, name VARCHAR, other_key VARCHAR, corporate_number VARCHAR,
    amount_yen DECIMAL(18,2), fiscal_year SMALLINT, sheet_year SMALLINT,
    payee_key VARCHAR GENERATED ALWAYS AS (coalesce(other_key, name)) VIRTUAL
);
INSERT INTO facts.payees BY NAME SELECT alive.b AS no, p.* EXCLUDE (serial, payee_key),
    nullif(payee_key, name) AS other_key
    FROM staging.payees p JOIN alive ON p.serial = alive.a ORDER BY sheet_year, no, pos;
CREATE TABLE facts.attributes AS SELECT alive.b AS no, a.* EXCLUDE (serial)
    FROM staging.attributes a JOIN alive ON a.serial = alive.a ORDER BY name, sheet_year, no;
CHECKPOINT facts;
"""
# Tables of rows per sheet, each with the columns that ``staging`` lacks.
DERIVED: Final[dict[str, tuple[str, ...]]] = {"cells": ("other_value",), "payees": ("other_key",), "attributes": ()}

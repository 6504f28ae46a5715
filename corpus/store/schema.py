"""Tables of the two databases of a generation."""

from __future__ import annotations

from typing import Final

SHEETS_FILE: Final = "sheets.sqlite"
BLOBS_FILE: Final = "sheets.blobs"
FACTS_FILE: Final = "facts.duckdb"

SQLITE: Final = """
CREATE TABLE sheets (
    no INTEGER PRIMARY KEY, sheet_id TEXT NOT NULL UNIQUE, sheet_year INTEGER NOT NULL, ministry TEXT NOT NULL,
    number TEXT NOT NULL, project TEXT NOT NULL, name_key TEXT NOT NULL, project_key TEXT NOT NULL,
    series INTEGER NOT NULL, origin TEXT NOT NULL, file TEXT NOT NULL, place TEXT NOT NULL,
    bureau TEXT NOT NULL, division TEXT NOT NULL, account TEXT NOT NULL,
    cells INTEGER NOT NULL, figures INTEGER NOT NULL, sections INTEGER NOT NULL,
    offset INTEGER NOT NULL, size INTEGER NOT NULL, crc INTEGER NOT NULL, dictionary INTEGER NOT NULL
);
CREATE TABLE past (no INTEGER NOT NULL, sheet_year INTEGER NOT NULL, ministry TEXT NOT NULL, number TEXT NOT NULL);
CREATE TABLE links (no INTEGER NOT NULL, other INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE files (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
    sheets INTEGER NOT NULL
);
CREATE TABLE findings (severity TEXT NOT NULL, file TEXT NOT NULL, place TEXT NOT NULL, message TEXT NOT NULL,
    remedy TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE summary (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

# made after all rows are in: a bulk build of an index is several times cheaper
SQLITE_INDEXES: Final = """
CREATE INDEX sheets_name ON sheets (name_key);
CREATE INDEX sheets_number ON sheets (number);
CREATE INDEX sheets_series ON sheets (series);
CREATE INDEX sheets_year ON sheets (sheet_year, ministry);
CREATE INDEX past_no ON past (no);
CREATE INDEX links_no ON links (no);
"""

INFO_COLUMNS: Final = (
    "no, sheet_id, sheet_year, ministry, number, project, series, origin, file, place, bureau, division, account"
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
"""
# amounts are exact to a hundredth of a yen; cells are ordered by what questions select on, so that a
# question over one measure of one year reads a few blocks of the file
FACTS: Final = """
CREATE TABLE facts.sheets AS SELECT * FROM staging.sheets ORDER BY no;
CREATE TABLE facts.cells AS SELECT alive.b AS no, c.* EXCLUDE (serial) FROM staging.cells c
    JOIN alive ON c.serial = alive.a ORDER BY measure, tbl, sheet_year, no, pos;
CREATE TABLE facts.payees AS SELECT alive.b AS no, p.* EXCLUDE (serial) FROM staging.payees p
    JOIN alive ON p.serial = alive.a ORDER BY sheet_year, no, pos;
CHECKPOINT facts;
"""

"""Bytes of a signature on disk, table by table, and how many indexes taking one has to write.

`make bench` runs this on a PostgreSQL of its own. Partial indexes that a pending row does not enter are not counted
as hot: PostgreSQL itself says which were written while some signatures were taken.
"""

import argparse

from django.db import connection, transaction

from bench import Figure, report
from bench.filling import fill  # makes Django ready
from petition.models import Letter
from signatories import origins, signing

HOT = 2  # secondary indexes that taking a signature may write, beyond keys and uniqueness
TABLES = ("signature", "signatureevent", "consent", "mail", "evidence", "decision", "signatory", "origin", "flag")
SIZES = "SELECT pg_table_size(%s), pg_indexes_size(%s), (SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass)"


def take(letter: Letter, number: int) -> None:
    """Take some signatures, as the form does."""
    for n in range(number):
        typed = {"name": f"Somebody {n}", "role": "", "organisation": "Somewhere", "former": False, "country": "IS"}
        typed |= {"discipline": "", "capacity": "personal", "profile_url": "", "publish": True, "updates": False}
        where = origins.From(f"2001:db8::{n:x}", "2001:db8::/48", f"{n:032x}")
        signing.sign(letter, address=f"size{n}@example.net", typed=typed, origin=where)


# Rows of the signatures that were just taken, table by table.
TAKEN = {
    "signature": "address LIKE 'size%@example.net'",
    "mail": "signature_id IN (SELECT id FROM signatories_signature WHERE address LIKE 'size%@example.net')",
    "origin": "signature_id IN (SELECT id FROM signatories_signature WHERE address LIKE 'size%@example.net')",
    "knock": "mail_id IN (SELECT id FROM signatories_mail WHERE signature_id IN "
    "(SELECT id FROM signatories_signature WHERE address LIKE 'size%@example.net'))",
}
# An empty B-tree has one page, an empty GIN two.
WRITTEN = """
SELECT count(*) FILTER (WHERE indisunique), count(*) FILTER (WHERE NOT indisunique)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
WHERE indrelid = 'pg_temp.copied'::regclass
  AND pg_relation_size(indexrelid) > current_setting('block_size')::int * CASE amname WHEN 'gin' THEN 2 ELSE 1 END
"""


def written(table: str) -> tuple[int, int]:
    """How many indexes the rows went into: those that are unique, and others. A copy of the table shows it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied (LIKE signatories_{table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO copied SELECT * FROM signatories_{table} WHERE {TAKEN[table]}")
        assert cursor.rowcount > 0, table
        cursor.execute(WRITTEN)
        unique, others = cursor.fetchone()
        cursor.execute("DROP TABLE copied")
    return unique, others


def measure(letter: Letter, number: int) -> list[Figure]:
    """The lines of the table."""
    figures, whole = [], 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(SIZES, [f"signatories_{table}"] * 3)
            rows, indexes, count = cursor.fetchone()
            whole += rows + indexes
            figures.append(Figure(f"{table}: bytes a signature", rows / number, "bytes"))
            figures.append(Figure("  its indexes", indexes / number, "bytes", note=f"{count} indexes"))
    figures.append(Figure("all tables and indexes, a signature", whole / number, "bytes", target=10, key="bytes"))
    with transaction.atomic():
        take(letter, 50)
        for table in TAKEN:
            unique, others = written(table)
            note = f"beside {unique} unique"
            figures.append(Figure(f"{table}: indexes that signing writes", others, "", most=HOT, note=note, target=10))
        transaction.set_rollback(True)
    return figures


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    args = parser.parse_args()
    letter = fill(args.signatures)
    report("size", f"{args.signatures:,} signatures on disk", measure(letter, args.signatures))


if __name__ == "__main__":
    main()

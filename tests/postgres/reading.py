"""What PostgreSQL says it would do for a question."""

import re


def read_whole(plan: str) -> set[str]:
    """Tables that are read from end to end. A test names the long ones: a short one is read best this way."""
    return {table.removeprefix("signatories_") for table in re.findall(r"Seq Scan on (\w+)", plan)}

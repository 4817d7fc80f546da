"""Every release is upgraded to this one while people sign: nothing is lost, and nobody waits for long."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from tests.postgres.processes import ROOT
from tests.postgres.upgrading import BOUND, RELEASES, ROWS, Installation, signing

# What must be the same afterwards: who signed and what became of it, in the columns that a release had.
SAME = {
    "signatories_signature": "id, letter_id, version_id, address_hash, name, status, level, confirmed_at",
    "signatories_signatureevent": "id, signature_id, letter_id, was, now, reason, at, stood, stands",
    "signatories_mail": "id, kind, key, signature_id, state, times_sent, sent_at",
    "petition_version": "id, letter_id, number, sha256, published_at",
}
HASH = "SELECT count(*), md5(string_agg(md5(ROW({columns})::text), '' ORDER BY id)) FROM {table} WHERE NOT {signed_now}"
SIGNED_NOW = {
    "signatories_signature": "address LIKE 'signer%'",
    "signatories_mail": "signature_id IN (SELECT id FROM signatories_signature WHERE address LIKE 'signer%')",
}


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str], Installation]:
    """An installation of a release, with its own code and an empty database."""

    def install(version: str) -> Installation:
        at = connection.settings_dict
        made = Installation(version, tmp_path, f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}")
        made.unpack()
        return made

    return install


def kept(installation: Installation) -> dict[str, object]:
    return {
        table: installation.rows(HASH.format(columns=columns, table=table, signed_now=SIGNED_NOW.get(table, "false")))
        for table, columns in SAME.items()
    }


@pytest.mark.parametrize("version", RELEASES)
def test_while_a_release_is_upgraded_people_sign_and_nothing_is_lost(installed, version):
    installation = installed(version)
    slug = installation.fill(ROWS)
    before = kept(installation)
    with ExitStack() as new, installation.web(installation.old) as port, signing(port, slug) as signers:
        installation.run("manage.py", "migrate", "--verbosity", "0")
        signers.go_on()  # under the old code, in the new tables
        signers.port = new.enter_context(installation.web(ROOT))
        signers.go_on()
    print(f"{version}: {len(signers.accepted)} signed, longest gap {signers.longest_gap:.2f} s, {signers.others}")
    assert signers.longest_gap < BOUND
    assert kept(installation) == before
    query = "SELECT address, count(*) FROM signatories_signature WHERE address LIKE 'signer%' GROUP BY address"
    signed = dict(installation.rows(query))
    assert not set(signers.accepted) - set(signed)
    assert set(signed.values()) == {1}
    assert "500" not in signers.others
    assert "ok     public record" in installation.run("manage.py", "doctor", check=False)


def test_a_migration_that_takes_the_signatures_away_for_six_seconds_is_noticed(installed):
    installation = installed(next(iter(RELEASES)))
    slug = installation.fill(100)
    with installation.web(installation.old) as port, signing(port, slug) as signers:
        settings = "tests.releases.planted.settings"
        installation.run("manage.py", "migrate", "planted", "--verbosity", "0", settings=settings)
    assert signers.longest_gap > BOUND

"""A closed letter is delivered: frozen, bundled, and never altered."""

import csv
import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction

from petition import lifecycle, tally, versions
from petition.delivery import bundling
from petition.models import Delivery, Letter
from petition.moves import NotAllowed
from signatories import delivering, privacy

VERIFY = Path(django_settings.BASE_DIR) / "docs/verify.py"


def packed(delivery: Delivery) -> zipfile.ZipFile:
    return zipfile.ZipFile(bundling.open_checked(delivery.bundle))


def verify(path: Path, *expected: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-I", str(VERIFY), str(path), *expected]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})


def stored(delivery: Delivery) -> Path:
    return Path(django_settings.DELIVERY_DIR) / f"{delivery.pk}.zip"


def test_a_delivery_holds_who_was_listed_in_printed_order(letter, delivered):
    rows = [json.loads(line) for line in packed(delivered).read("signatories.jsonl").decode().splitlines()]
    assert [(row["position"], row["name"]) for row in rows] == [(1, "Ada Example"), (2, "Zoë <b>Ångström</b>")]
    assert letter.status == Letter.Status.DELIVERED
    assert delivered.signatories == 2


def test_the_figures_count_the_list_and_those_who_are_not_on_it(delivered):
    figures = json.loads(packed(delivered).read("tally.json"))
    assert (figures["listed"], figures["experts"], figures["unnamed"], figures["confirmed"]) == (2, 2, 1, 1)
    assert figures["levels"] == {"2": 1, "3": 1}


def test_nothing_but_the_public_line_is_in_the_bundle(delivered):
    with packed(delivered) as bundle:
        for name in bundle.namelist():
            content = bundle.read(name)
            for private in (b"@example.com", b"Shy Shirin", b"Waiting Wim"):
                assert private not in content, name


def test_every_row_of_the_table_has_the_proviso_and_no_formula(delivered):
    rows = list(csv.DictReader(io.StringIO(packed(delivered).read("signatories.csv").decode())))
    assert rows[1]["role"] == "'=HYPERLINK(1)"
    assert {row["disclaimer"] for row in rows} == {"Organisations are named for identification only."}
    assert {row["as_of"] for row in rows} == {delivered.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_the_hashes_are_those_of_the_files(letter, delivered):
    with packed(delivered) as bundle:
        digest = {name: hashlib.sha256(bundle.read(name)).hexdigest() for name in bundle.namelist()}
    assert digest["letter.txt"] == letter.version.sha256 == delivered.text_sha256
    assert digest["signatories.jsonl"] == delivered.list_sha256
    assert digest["tally.json"] == delivered.tally_sha256
    assert digest["manifest.json"] == delivered.bundle.manifest_sha256


def test_a_letter_is_delivered_once(letter, delivered, organiser):
    with pytest.raises(NotAllowed, match="delivered already"):
        delivering.deliver(letter, actor=organiser)
    assert Delivery.objects.count() == 1


def test_an_open_letter_is_not_delivered(letter, organiser):
    with pytest.raises(NotAllowed, match="close it first"):
        delivering.deliver(letter, actor=organiser)
    letter.refresh_from_db()
    assert (letter.status, Delivery.objects.count()) == ("open", 0)


def test_who_leaves_before_the_bundle_is_made_is_still_in_it(letter, closed, organiser):
    delivery = delivering.deliver(letter, actor=organiser)
    privacy.withdraw(closed[0])
    bundling.make_next()
    delivery.bundle.refresh_from_db()
    assert b"Ada Example" in packed(delivery).read("signatories.jsonl")


def test_the_same_delivery_makes_the_same_bytes(delivered, tmp_path, settings):
    first = stored(delivered).read_bytes()
    copy = Delivery.objects.get(pk=delivered.pk)
    with connection.cursor() as cursor:  # as if the worker had been killed before it said that it was ready
        cursor.execute("DROP TRIGGER petition_bundle_is_immutable_update" + _on_postgres("petition_bundle"))
    type(copy.bundle).objects.update(state="owed", make_after=delivered.as_of)
    settings.DELIVERY_DIR = tmp_path / "other"
    assert bundling.make_next()
    assert stored(delivered).read_bytes() == first


def _on_postgres(table: str) -> str:
    return f" ON {table}" if connection.vendor == "postgresql" else ""


@pytest.mark.parametrize("table", ["petition_delivery", "petition_deliverypart", "petition_bundle"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_raw_sql_cannot_touch_what_was_delivered(delivered, table, sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


def test_the_bundle_lies_where_only_its_owner_reads_it(delivered, settings):
    assert stat.S_IMODE(stored(delivered).stat().st_mode) == 0o600
    assert stat.S_IMODE(stored(delivered).parent.stat().st_mode) == 0o700
    assert not str(django_settings.VAR_DIR / "deliveries").startswith(str(settings.STATIC_ROOT))


def test_an_altered_bundle_is_not_handed_out(delivered):
    content = bytearray(stored(delivered).read_bytes())
    content[len(content) // 2] ^= 1
    stored(delivered).write_bytes(content)
    with pytest.raises(bundling.Damaged, match="not the one that was made"):
        bundling.open_checked(delivered.bundle)
    stored(delivered).unlink()
    with pytest.raises(bundling.Damaged, match="gone"):
        bundling.open_checked(delivered.bundle)


def test_anybody_can_recompute_the_hashes_with_a_short_script(delivered):
    answer = verify(stored(delivered), delivered.bundle.manifest_sha256)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "as it was delivered" in answer.stdout
    assert delivered.list_sha256 in answer.stdout
    assert len(VERIFY.read_text().splitlines()) <= 30


def test_the_short_script_finds_what_was_tampered_with(delivered, tmp_path):
    forged = tmp_path / "forged.zip"
    with packed(delivered) as bundle, zipfile.ZipFile(forged, "w") as copy:
        for name in bundle.namelist():
            copy.writestr(name, bundle.read(name).replace(b"Ada Example", b"Eve Example"))
    answer = verify(forged)
    assert answer.returncode == 1
    assert "WRONG: signatories.jsonl is not the file that was delivered" in answer.stdout


def test_the_short_script_knows_the_manifest_from_the_page(delivered):
    assert verify(stored(delivered), "0" * 64).returncode == 1


def test_a_bundle_that_cannot_be_made_says_why_and_can_be_tried_again(letter, closed, organiser, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.DELIVERY_DIR = tmp_path / "file"
    bundle = delivering.deliver(letter, actor=organiser).bundle
    for _ in range(bundling.MAX_ATTEMPTS):
        assert bundling.make_next()
        type(bundle).objects.update(make_after=letter.opened_at)
    bundle.refresh_from_db()
    assert (bundle.state, "FileExistsError" in bundle.problem) == ("failed", True)
    settings.DELIVERY_DIR = tmp_path / "deliveries"
    bundling.again(bundle)
    bundling.make_next()
    bundle.refresh_from_db()
    assert bundle.is_ready


def test_a_worker_that_is_killed_again_and_again_is_not_tried_for_ever(frozen):
    type(frozen.bundle).objects.update(attempts=bundling.MAX_ATTEMPTS, percent=25)
    assert not bundling.make_next()
    frozen.bundle.refresh_from_db()
    assert (frozen.bundle.state, "memory" in frozen.bundle.problem) == ("failed", True)


def test_a_worker_that_lost_its_lease_leaves_the_bundle_alone(frozen, monkeypatch):
    def another_takes_it(*args):
        type(frozen.bundle).objects.update(make_after=frozen.as_of, stage="Another")

    monkeypatch.setattr(bundling, "write_table", another_takes_it)
    bundling.make_next()
    frozen.bundle.refresh_from_db()
    assert (frozen.bundle.state, frozen.bundle.stage) == ("owed", "Another")
    assert not stored(frozen).exists()


@pytest.fixture
def reworded(letter, closed, organiser, confirmed, listed) -> Delivery:
    """Two signed the first wording, and one the second, in which a typing error was corrected."""
    Letter.objects.filter(pk=letter.pk).update(status="open")
    letter.refresh_from_db()
    wording = versions.begin(letter, reason="typo", note="A word.", by=organiser)
    versions.save(letter, body=f"{wording.body}\n\nAnd this.", seen=None, by=organiser)
    versions.publish(letter, actor=organiser)
    listed(confirmed("later@example.com", name="Later Lars"))
    lifecycle.close(letter, actor=organiser)
    delivery = delivering.deliver(Letter.objects.get(pk=letter.pk), actor=organiser)
    assert bundling.make_next()
    return Delivery.objects.select_related("bundle").get(pk=delivery.pk)


def test_a_bundle_says_which_words_each_signatory_agreed_to(reworded, letter, tmp_path, client):
    bundle = packed(reworded)
    first, second = (version.text for version in letter.versions.order_by("number"))
    assert (bundle.read("letter-version-1.txt").decode(), bundle.read("letter.txt").decode()) == (first, second)
    readme = bundle.read("README.txt").decode()
    assert "the text that every signatory agreed to" not in readme
    assert "letter-version-1.txt version 1, which 2 of the signatories agreed to" in readme
    rows = csv.DictReader(io.StringIO(bundle.read("signatories.csv").decode()))
    assert sorted(row["version"] for row in rows) == ["1", "1", "2"]
    assert verify(stored(reworded)).returncode == 0
    page = " ".join(client.get(f"/letters/{letter.slug}/delivery/").content.decode().split())
    assert "of those who are listed by name signed version 1 of the text</dt><dd>2<" in page


def test_the_letter_says_how_many_signed_other_words(reworded, letter, client):
    tally.take(Letter.objects.get(pk=letter.pk))
    page = " ".join(client.get(f"/letters/{letter.slug}/").content.decode().split())
    assert (
        f'2 of those who are listed by name signed <a href="/letters/{letter.slug}/versions/1/">version 1</a>' in page
    )

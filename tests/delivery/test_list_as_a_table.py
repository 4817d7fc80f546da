"""Anybody takes the public list along as a table: what the pages show, and nothing else."""

import csv
import io

from petition.models import Letter
from signatories.exporting import PUBLIC
from signatories.models import Export

LIST = "/letters/keep-the-lights-on/signatories.csv"


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_journalist_finds_the_table_beside_the_list_and_in_the_facts(client, letter):
    for path in ("signatories/", "press/"):
        assert f'href="{LIST}"' in client.get(f"/letters/{letter.slug}/{path}").content.decode()


def test_it_holds_who_is_listed_with_the_proviso_and_no_address(client, letter, confirmed, listed):
    listed(confirmed("ada@example.com", name="=Ada Example"))
    listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    confirmed("waits@example.com", name="Waiting Wim")
    answer = client.get(LIST)
    (row,) = table(answer)
    assert (row["name"], row["disclaimer"]) == ("'=Ada Example", letter.disclaimer)
    assert set(row) == {*PUBLIC, "as_of", "disclaimer"}
    assert "@example.com" not in str(row)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "keep-the-lights-on-" in answer["Content-Disposition"]
    assert not Export.objects.exists()


def test_a_letter_that_is_not_public_has_no_table(client, draft):
    assert client.get(f"/letters/{draft.slug}/signatories.csv").status_code == 404


def test_search_engines_leave_it_out_where_the_letter_says_so(client, letter):
    assert "X-Robots-Tag" not in client.get(LIST)
    Letter.objects.update(names_unsearchable=True)
    assert client.get(LIST)["X-Robots-Tag"] == "noindex"
    assert client.head(LIST)["X-Robots-Tag"] == "noindex"


def test_who_takes_it_again_and_again_is_told_when_to_come_back(client, letter, settings):
    settings.LIMIT_FACTOR = 1
    codes = [client.get(LIST).status_code for _ in range(11)]
    assert codes == [*[200] * 10, 429]
    assert int(client.get(LIST)["Retry-After"]) > 0

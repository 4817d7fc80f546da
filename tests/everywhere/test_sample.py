"""The demo's sample letter, once its tasks have run."""

from petition.models import User
from signatories import collecting, sample


def test_the_sample_is_as_a_team_would_have_left_it_and_its_watchlist_opens(db, at_desk):
    letter = sample.load()
    while collecting.sweep():
        pass
    assert letter.signatures.get(name="Cassius Underbough").flags.get(kind="watch_name").details["watch"]
    assert not letter.signatures.listed().filter(flags__kind__isnull=False, flags__released_at=None).exists()
    client = at_desk(User.objects.get(email=sample.VETTER))
    for page in ("watchlist/", "vetting/", "cases/", "batches/", "organisations/", "throughput/"):
        assert client.get(f"/desk/{letter.slug}/{page}").status_code == 200

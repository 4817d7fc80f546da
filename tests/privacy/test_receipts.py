"""The public page that signers link to says nothing before the list does."""

from signatories import tokens


def test_before_the_name_is_public_its_receipt_is_the_page_of_any_address(confirmed, listed, client, letter):
    signature = confirmed()
    there = f"/signed/{tokens.steady('signed', signature.pk)}/"
    before = client.get(there)
    # But for its own address, in the links to the other languages.
    for other in ("/signed/nonsense/", f"/signed/{tokens.make('mine', signature.pk)}/"):
        assert before.content == client.get(other).content.replace(other.encode(), there.encode())
    assert (before.status_code, before.cookies) == (200, {})
    listed(signature)
    page = client.get(there).content.decode()
    assert "Ada Example" in page
    assert letter.title in page
    assert "ada@example.com" not in page


def test_who_wants_no_name_printed_has_a_receipt_that_tells_none(confirmed, listed, client):
    signature = listed(confirmed(publish=False))
    assert "Ada" not in client.get(f"/signed/{tokens.steady('signed', signature.pk)}/").content.decode()

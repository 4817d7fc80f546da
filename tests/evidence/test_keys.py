"""A signer signs the letter's text and their line with their own SSH key, by the real ssh-keygen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from petition.moves import NotAllowed
from signatories import privacy, proving
from signatories.evidence import keys
from signatories.evidence.outcome import Refused
from signatories.models import Evidence, Proof, Signature
from tests.network import answer
from tests.sshkeygen import CI, MISSING, Hand
from tests.test_leaving import mine

pytestmark = pytest.mark.skipif(MISSING and not CI, reason="needs ssh-keygen (Debian: openssh-client)")


@pytest.fixture(scope="module")
def ada(tmp_path_factory) -> Hand:
    return Hand(tmp_path_factory.mktemp("ada"), "ed25519")


@pytest.fixture
def signature(confirmed) -> Signature:
    return confirmed(name="Zoë Example", former=True)


@pytest.fixture
def github(site, settings, ada):
    """The place where accounts publish their keys."""
    settings.GITHUB_URL = f"http://127.0.0.1:{site.port}"
    site.pages["/ada.keys"] = answer(f"ecdsa-sha2-nistp256 AAAA\n\n{ada.public}")
    return site


def signed(signature: Signature, hand: Hand) -> str:
    """Download the file and run the command that the page shows, as a signer would."""
    page = Client().get(f"{mine(signature)}statement/")
    name = page["Content-Disposition"].partition('"')[2].strip('"')
    command = keys.command(signature).split()
    assert command[-1] == name
    assert command[:3] == ["ssh-keygen", "-Y", "sign"]
    return hand.sign(name, page.content, command[command.index("-n") + 1])


def paste(signature: Signature, armored: str, login: str = "") -> str:
    """Paste it into the own page, let the task look, and return what the page says then."""
    client = Client()
    sent = client.post(f"{mine(signature)}proofs/key/", {"armored": armored, "login": login}, follow=True)
    if sent.status_code == 422:
        return sent.content.decode()
    proving.check_due()
    return client.get(mine(signature)).content.decode()


def test_a_key_that_an_account_publishes_stands_behind_one_name(signature, github, ada, confirmed, time_machine):
    assert "Proven" in paste(signature, signed(signature, ada), "ada")
    other = confirmed("someone@example.com", name="Carl Carver")
    time_machine.move_to(timezone.now() + timedelta(seconds=3))
    page = paste(other, signed(other, ada), "ada")
    assert "This account stands behind another signature on this letter already." in page
    assert not other.evidence.exists()


def test_a_key_that_was_recognised_for_one_name_is_recognised_for_no_other(signature, ada, confirmed, vetter):
    other = confirmed("someone@example.com", name="Carl Carver")
    for one in (signature, other):
        paste(one, signed(one, ada))
    fingerprint = proving.waiting_key(signature.proofs.get())
    proving.accept_key(signature, fingerprint=fingerprint, vetter=vetter, note="her page")
    with pytest.raises(NotAllowed, match="another signature"):
        proving.accept_key(other, fingerprint=fingerprint, vetter=vetter, note="his page")


def test_the_statement_says_which_words_under_which_line_and_of_which_signature(signature, letter):
    assert keys.statement(signature).splitlines() == [
        "I sign this letter.",
        f"Letter: http://127.0.0.1:8000/letters/{letter.slug}/",
        "Version: 1",
        f"Text-SHA256: {letter.version.sha256}",
        "Name: Zoë Example",
        "Line: Lamplighter, Lantern Works (former)",
        f"Signature: {signature.pk}",
    ]


def test_a_key_that_the_account_publishes_proves_the_account(signature, github, ada):
    page = paste(
        signature, f"$ cat it\r\n  {signed(signature, ada).replace(chr(10), chr(13) + chr(10) + '  ')}", "@Ada"
    )
    assert "Signed with a key of 127.0.0.1/ada" in page
    row = signature.evidence.get()
    assert (row.family, row.claim, row.account, row.public_before) == ("K", "identity", "github:ada", False)
    assert row.details["fingerprint"] == ada.fingerprint


def test_rsa_keys_count_too(signature, github, tmp_path):
    hand = Hand(tmp_path, "rsa", "-b", "2048")
    github.pages["/ada.keys"] = answer(hand.public)
    paste(signature, signed(signature, hand), "ada")
    assert signature.evidence.get().account == "github:ada"


@pytest.mark.parametrize(
    ("options", "said"), [(("ecdsa",), "ecdsa-sha2-nistp256 cannot be checked"), (("rsa", "-b", "1024"), "too short")]
)
def test_a_key_that_cannot_be_checked_is_named(signature, tmp_path, options, said):
    assert said in paste(signature, signed(signature, Hand(tmp_path, *options)), "ada")
    assert not Proof.objects.exists()


def test_another_key_and_an_account_without_keys_prove_nothing(signature, github, ada, tmp_path):
    mallory = Hand(tmp_path, "ed25519")
    assert "is not among those" in paste(signature, signed(signature, mallory), "ada")
    github.pages["/empty.keys"] = answer("")
    Proof.objects.all().delete()
    proving.limits.Limit.objects.all().delete()
    assert "publishes no" in paste(signature, signed(signature, ada), "empty")
    assert not Evidence.objects.exists()


def test_what_was_signed_for_one_signature_is_of_no_use_for_another(signature, confirmed, ada):
    impostor = confirmed("mallory@example.net", name="Zoë Example", former=True)
    assert "does not fit the file" in paste(impostor, signed(signature, ada), "ada")


def test_a_changed_line_or_another_purpose_is_refused(signature, ada):
    text = keys.statement(signature).encode()
    with pytest.raises(Refused, match="does not fit"):
        keys.signed_by(signature, ada.sign("a.txt", text.replace(b"Lamp", b"Camp"), keys.namespace()))
    with pytest.raises(Refused, match="another purpose"):
        keys.signed_by(signature, ada.sign("a.txt", text, "git"))


BEGIN, END = keys.BEGIN, keys.END


@pytest.mark.parametrize(
    ("armored", "said"),
    [
        ("", "required"),
        ("hello", "no SSH signature"),
        (f"{END}\n{BEGIN}", "no SSH signature"),
        (f"{BEGIN}\n{END}", "damaged"),
        (f"{BEGIN}\n####é\n{END}", "damaged"),
        (f"{BEGIN}\nU1NIU0lHAAAAAQ==\n{END}", "damaged"),
        (f"{BEGIN}\nU1NIU0lHAAAACQ==\n{END}", "damaged"),
        (f"{BEGIN}\n{'A' * 9000}\n{END}", "damaged"),
        ("A" * 10_001, "at most 10000"),
        (f"{BEGIN}\n\0\n{END}", "Null characters"),
    ],
)
def test_what_is_no_signature_is_said_in_plain_words(signature, armored, said):
    assert said in paste(signature, armored).replace(",", "")


def test_a_signature_with_a_wrong_letter_is_refused_or_still_of_the_same_key(signature, ada):
    armored, found = signed(signature, ada), []
    for position in range(armored.index("\n") + 1, armored.index(END) - 1):
        broken = armored[:position] + ("B" if armored[position] != "B" else "C") + armored[position + 1 :]
        try:
            found.append(keys.signed_by(signature, broken).sha256_str())
        except Refused:
            found.append("")
    # Where lengths are written, a wrong letter may change nothing that is read.
    assert set(found) == {"", ada.fingerprint}
    assert found.count("") > 0.9 * len(found)


@pytest.mark.parametrize("login", ["../x", "a b", "-ada", "ada?x", "é", "a" * 120, "ada.keys"])
def test_what_is_no_account_is_refused(signature, ada, login):
    assert "not the name of an account" in paste(signature, signed(signature, ada), login)


def test_a_key_that_nobody_publishes_waits_for_a_vetter_who_recognises_it(signature, ada, vetter):
    page = paste(signature, signed(signature, ada))
    assert f"still has to recognise your key, {ada.fingerprint}" in page
    assert not Evidence.objects.exists()
    proving.accept_key(signature, fingerprint=ada.fingerprint, vetter=vetter, note="On their staff page since 2019")
    row = signature.evidence.get()
    assert (row.account, row.checked_by, row.result) == (f"key:{ada.fingerprint}", vetter, True)
    assert signature.proofs.get().state == "found"


def test_a_vetter_recognises_a_key_on_the_persons_page(signature, ada, vetter, second, at_desk):
    paste(signature, signed(signature, ada))
    there = f"/desk/{signature.letter.slug}/vetting/{signature.pk}/"
    assert "Recognise this key" in at_desk(vetter).get(there).content.decode()
    sent = {"fingerprint": ada.fingerprint, "public_before": "on", "note": "On their staff page"}
    assert at_desk(vetter).post(f"{there}key/", {**sent, "note": ""}).status_code == 422
    assert at_desk(vetter).post(f"{there}key/", {**sent, "fingerprint": "\0"}).status_code in {409, 422}
    signature.recusals.create(vetter=second)
    at_desk(second).post(f"{there}key/", sent)
    assert not signature.evidence.exists()
    at_desk(vetter).post(f"{there}key/", sent)
    assert (signature.evidence.get().public_before, signature.evidence.get().checked_by) == (True, vetter)


def test_a_vetter_recognises_no_key_that_signed_nothing_and_none_of_their_own(signature, ada, vetter, confirmed):
    with pytest.raises(NotAllowed, match="signed nothing"):
        proving.accept_key(signature, fingerprint=ada.fingerprint, vetter=vetter, note="seen")
    own = confirmed(vetter.email, name="Vera")
    paste(own, signed(own, ada))
    with pytest.raises(NotAllowed, match="your own signature"):
        proving.accept_key(own, fingerprint=ada.fingerprint, vetter=vetter, note="mine")
    paste(signature, signed(signature, ada))
    with pytest.raises(NotAllowed, match="note where"):
        proving.accept_key(signature, fingerprint=ada.fingerprint, vetter=vetter, note=" ")


def test_a_login_with_the_account_fills_its_name_in(signature, client):
    signature.evidence.create(family="F", claim="identity", account="github:ada", details={"login": "Ada"})
    assert 'value="Ada"' in client.get(mine(signature)).content.decode()


def test_a_key_is_not_accepted_for_a_line_that_was_corrected_meanwhile(signature, ada, vetter):
    paste(signature, signed(signature, ada))
    read = Signature.objects.select_related("letter", "version").get(pk=signature.pk)
    privacy.correct(signature, typed={**signature.typed, "name": "Somebody Else"})
    with pytest.raises(NotAllowed):
        proving.accept_key(read, fingerprint=ada.fingerprint, vetter=vetter, note="On their staff page since 2019")

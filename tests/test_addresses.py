"""One mailbox is one address, however it is spelled; what mail cannot reach is refused in words."""

import pytest
from django.core.exceptions import ValidationError

from signatories import addresses


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Ada.Example+news@GoogleMail.com", "adaexample@gmail.com"),
        ("ada+x@hotmail.co.uk", "ada@hotmail.co.uk"),
        ("ada.b@outlook.de", "ada.b@outlook.de"),
        ("a.d-a_x+y@pm.me", "adax@pm.me"),
        ("anything@ada.fastmail.com", "ada@fastmail.com"),
        ("ada+x@me.com", "ada@icloud.com"),
        ("ada+lists@example.org", "ada+lists@example.org"),
        ("Ada@Bücher.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@xn--bcher-kva.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@BU\u0308CHER.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@faß.example.net", "ada@xn--fa-hia.example.net"),
        (" ada@example.net ", "ada@example.net"),
    ],
)
def test_every_spelling_of_a_mailbox_is_the_same_address(typed: str, known: str):
    assert addresses.canonical(typed) == known
    assert addresses.canonical(known) == known


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *((f"{local}@example.org", "plain letters") for local in ("ädä", "用户", "ａda", "ada\u0301x", "аda")),
        *((f"ada@x.{ending}", "write to") for ending in sorted(addresses.SPECIAL_USE)),
        *((f"ada@{domain}", "write to") for domain in ("localhost", "com", "example", "home.arpa", "[127.0.0.1]")),
        *(
            (f"ada@{domain}", "write to")
            for domain in ("[IPv6:::1]", "127.0.0.1", "0x7f.1", "example.org.", "2130706433")
        ),
        *(
            (f"ada@{domain}", "plain form")
            for domain in ("ｅxample.org", "examp\u2113e.org", "ﬁsh.com", "example。org")
        ),
        *((f"ada@ex{blank}ample.org", "invisible") for blank in ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d")),
        *(
            (f"ada@ex{blank}ample.org", "")
            for blank in ("\u3164", "\ufe0f", "\u115f", "\u034f", "\u2800", "\U000e0101")
        ),
        *(
            (f"{local}@example.org", "write to")
            for local in ('"ada b"', '"ada"', "ada.", ".ada", "a..b", "a b", "(x)ada")
        ),
        ("+tag@gmail.com", "name before the @"),
        ("-_@proton.me", "name before the @"),
        ("ada@example.org\x00", "invisible"),
        ("ada@example.org, eve@example.org", "write to"),
        ("Ada <ada@example.org>", "write to"),
        ("ada@mail.mailinator.com", "thrown away"),
        ("ada@xn--zz.com", "write to"),
        ("ada%example.com@example.org", "percent sign"),
        ("example.com!ada@example.org", "percent sign"),
        ("@", "write to"),
        ("", "write to"),
    ],
)
def test_an_address_that_mail_cannot_reach_or_that_hides_something_is_refused(typed: str, said: str):
    with pytest.raises(ValidationError) as problem:
        addresses.canonical(typed)
    assert said in str(problem.value.message)


def test_every_rule_of_a_provider_names_its_source():
    assert addresses.PROVIDERS
    for domain, rule in addresses.PROVIDERS.items():
        assert rule["source"]
        assert set(rule) <= {"domains", "tag", "ignored", "same_as", "subdomains", "source"}, domain


def test_a_refused_address_is_explained_beside_its_field(post_sign):
    answer = post_sign("ädä@example.org")
    assert answer.status_code == 422
    assert "plain letters, digits and signs before the @" in answer.content.decode()

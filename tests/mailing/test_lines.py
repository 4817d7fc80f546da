"""A name is no place for a web address, and a mail that a stranger can cause holds nothing else of what was typed."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from petition.lines import LONGEST_IN_MAIL, name_in_mail, refuse_web_address

NAMES = [
    *("St. John", "St.John Rivers", "A.B. Smith", "A.B.Smith", "J.P.Morgan", "Dr.med. Anna Weber"),
    *("Dipl.Ing. Li", "Ph.D. Ng", "Dr.Li Wei", "李雷 (Li Lei)", "O’Brien", "M.Sc. Ada"),
    *("X Æ A-12", "Ada, Countess of Lovelace", "آیت‌الله", "Jr.", "Ng"),
]
LINES = [
    *("booking.com", "node.js developer", "Node.js/React developer", "ASP.NET/C# developer", "R&D"),
    *("Research/Teaching", "c/o Ada", "Amazon.com, Inc.", "CEO/CTO", "Professor (Inst. f. Physik)"),
    *(".NET Foundation", "Dr. rer. nat.", "AC/DC", "24/7 support", "B.Sc/M.Sc"),
]
ADDRESSES = [
    *("https://evil.example", "http:evil", "see HTTPS://x", "www.evil.xyz", "WWW2.evil", "evil.com/win"),
    *("bit.ly/2abc", "javascript:x", "mailto:x", "ftp://x", "evil．com／win", "evil。com/win"),
    *("x.co:80/y", "hxxp://evil.com", "t.me/x"),
]


@pytest.mark.parametrize("name", NAMES)
def test_an_honest_name_is_no_web_address(name: str):
    assert refuse_web_address(name, bare=True) == name


@pytest.mark.parametrize("line", LINES)
def test_an_organisation_may_be_called_by_a_domain_and_a_role_by_a_technology(line: str):
    assert refuse_web_address(line, bare=False) == line


@pytest.mark.parametrize("line", ADDRESSES)
def test_a_web_address_is_refused_everywhere(line: str):
    for bare in (True, False):
        with pytest.raises(ValidationError, match="leave web and mail addresses out"):
            refuse_web_address(f"Ada {line}", bare=bare)


@pytest.mark.parametrize(
    "name", ["evil.com", "Win at EVIL.COM now", "casino.xyz", "ada@example.org", "evil.ru", "a。com"]
)
def test_a_name_is_not_even_a_bare_domain(name: str):
    with pytest.raises(ValidationError):
        refuse_web_address(name, bare=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *((name, name) for name in ("St. John", "李雷 (Li Lei)", "O’Brien", "X Æ A-12", "Ada, Countess of Lovelace")),
        ("A.B.Smith", "A. B. Smith"),
        ("evil.com", "evil. com"),
        ("Ada https://evil.com/x www.evil.com a@b.c", "Ada"),
        ("Call 0900 123456 now", "Call now"),
        ("Ada\r\nBcc: x", "Ada x"),
        ("<b>Ada </b> [x](y)", "b Ada x (y)"),
        ("x" * 120, "x" * 59 + "…"),
        ("https://only.example", ""),
    ],
)
def test_a_mail_says_a_name_and_nothing_else(typed: str, said: str):
    assert name_in_mail(typed) == said


@given(st.text(alphabet=st.sampled_from("ab.。．/:@-_ wW0９\n\t<>[]()#?&=%\u202e"), max_size=130))
def test_nothing_typed_becomes_a_link_in_a_mail(typed: str):
    said = name_in_mail(typed)
    assert len(said) <= LONGEST_IN_MAIL
    assert not re.search(r"\w\.\w|[/@:\n]|\d{3}", said)


def test_the_mail_with_the_code_holds_the_name_and_the_page_behind_it_the_whole_line(post_sign, deliver, client):
    line = {"name": "Ada Example", "role": "Winner, call 0900 1234", "organisation": "free-money.com"}
    post_sign(**line)
    (message,) = deliver()
    assert "Ada Example" in message.body
    for typed in ("Winner", "0900", "free-money"):
        assert typed not in message.body + message.subject
    link = re.search(r"/confirm/\S+", message.body)
    assert link
    page = client.get(link[0]).content.decode()
    assert "Winner, call 0900 1234, free-money.com" in page


@pytest.mark.parametrize("field", ["name", "role", "organisation"])
def test_the_form_says_that_a_web_address_has_another_place(post_sign, field: str):
    answer = post_sign(**{field: "Ada https://evil.example/x"})
    assert answer.status_code == 422
    assert "there is a field for a page of yours" in answer.content.decode()

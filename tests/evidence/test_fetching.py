"""The safe client, against real servers that try to lead it astray."""

import ipaddress
import socket
import threading

import pytest

from signatories.evidence import fetching
from signatories.evidence.fetching import fetch
from signatories.evidence.outcome import Away, Refused
from tests import network
from tests.network import answer, moved

PAGE = answer("<p>Hello</p>")


def refusal(url: str) -> str:
    with pytest.raises(Refused) as refused:
        fetch(url)
    return str(refused.value)


def test_a_page_is_read_and_the_server_is_told_who_asks(site, settings):
    site.pages["/me?a=%20b"] = answer("<p>Zoë</p>")
    found = fetch(site.url("/me?a=%20b#part"))
    assert (found.status, found.text, found.url) == (200, "<p>Zoë</p>", site.url("/me?a=%20b"))
    asked = site.asked[0]
    assert f"User-Agent: Undersigned (+{settings.SITE_URL})" in asked
    assert f"Host: 127.0.0.1:{site.port}" in asked
    assert "cookie" not in asked.lower()


def test_what_is_posted_arrives_and_follows_no_redirect(site):
    site.pages |= {"/hook": answer("taken", status="202 Accepted"), "/moved": moved("/hook")}
    assert fetch(site.url("/hook"), data=b"{}", headers={"X-Kind": "test"}).status == 202
    assert site.asked[0].startswith("POST /hook")
    assert "X-Kind: test" in site.asked[0]
    with pytest.raises(Refused, match="leads on"):
        fetch(site.url("/moved"), data=b"{}")


def test_three_redirects_are_followed_and_no_more(site):
    site.pages |= {f"/{n}": moved(f"/{n + 1}", "301 Moved") for n in range(6)} | {"/5": PAGE}
    assert fetch(site.url("/2")).url == site.url("/5")
    assert "more than 3 times" in refusal(site.url("/1"))


def test_a_loop_ends(site):
    site.pages["/loop"] = moved("/loop")
    assert "more than 3 times" in refusal(site.url("/loop"))
    assert len(site.asked) == 4


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://127.0.0.1:22/", "usual ports only"),
        ("http://127.0.0.1/", "public internet"),
        ("http://[::1]/", "public internet"),
        ("http://10.0.0.1/", "public internet"),
        ("http://169.254.169.254/latest/meta-data/", "public internet"),
        ("http://0x7f.1/", "written as a number"),
        ("file:///etc/passwd", "start with https://"),
        ("gopher://127.0.0.1/", "start with https://"),
        ("javascript:alert(1)", "start with https://"),
        ("http://user:word@example.org/", "password"),
        ("//[bad", "not a web address"),
        ("http://exa mple.org/", "spaces"),
    ],
)
def test_a_redirect_out_of_the_public_web_is_not_followed(site, to: str, said: str):
    site.pages["/"] = moved(to)
    assert said in refusal(site.url())


def test_a_redirect_without_an_address_is_no_page(site):
    site.pages["/"] = answer(status="302 Found")
    assert "leads on" in refusal(site.url())


def test_a_name_is_resolved_once_so_a_second_answer_changes_nothing(site, names):
    names.set("page.example.org", "A", ["127.0.0.1"], ["10.0.0.1"])
    site.pages["/"] = PAGE
    assert fetch(site.url(host="page.example.org")).text == "<p>Hello</p>"
    assert names.asked.count(("page.example.org", "A")) == 1
    assert "public internet" in refusal(site.url(host="page.example.org"))


def test_a_redirect_to_the_same_name_is_resolved_and_checked_again(site, names):
    names.set("page.example.org", "A", ["127.0.0.1"], ["127.0.0.2"])
    site.pages |= {"/": moved("/next"), "/next": PAGE}
    assert "public internet" in refusal(site.url(host="page.example.org"))
    assert site.paths == ["/"]


@pytest.mark.parametrize(("kind", "address"), [("A", "192.168.1.1"), ("AAAA", "fd00::1"), ("AAAA", "::ffff:127.0.0.1")])
def test_one_bad_address_among_good_ones_spoils_the_name(names, kind: str, address: str):
    names.set("page.example.org", "A", ["8.8.8.8"])
    names.set("page.example.org", kind, [address, "8.8.8.8" if kind == "A" else "2606:4700::1"])
    assert "public internet" in refusal("http://page.example.org/")


def test_a_name_that_is_not_there_and_name_servers_that_are_silent(names, settings, monkeypatch):
    assert "knows nothing at" in refusal("https://nobody.example.org/")
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    settings.DNS_SERVER = ("127.0.0.1", 9)
    with pytest.raises(Away, match="name servers"):
        fetch("https://page.example.org/")


def test_a_port_where_nobody_listens_is_tried_again_later(site, settings):
    settings.FETCH_ALLOW = [("127.0.0.1", 9)]
    with pytest.raises(Away):
        fetch("http://127.0.0.1:9/")


def test_tls_wants_a_certificate_that_is_trusted_and_names_the_host(settings, names, tmp_path, monkeypatch):
    file = network.certificate(tmp_path, "page.example.org")
    names.set("page.example.org", "A", ["127.0.0.1"])
    names.set("other.example.org", "A", ["127.0.0.1"])
    with network.website(file) as site:
        settings.FETCH_ALLOW = [("127.0.0.1", site.port)]
        site.pages["/"] = PAGE
        good = site.url(host="page.example.org", scheme="https")
        assert "certificate of page.example.org is not valid: self-signed" in refusal(good)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert fetch(good).text == "<p>Hello</p>"
        assert "certificate of other.example.org" in refusal(site.url(host="other.example.org", scheme="https"))


def test_tls_at_a_port_that_speaks_none_is_refused_in_plain_words(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.FETCH_ALLOW = [("127.0.0.1", port)]
        threading.Thread(target=lambda: server.accept()[0].sendall(b"220 mail.example.org\r\n"), daemon=True).start()
        assert "no secure connection" in refusal(f"https://127.0.0.1:{port}/")


NOT_OPENED = (
    *("http://127.0.0.1", "http://127.1.2.3", "http://0.0.0.0", "http://10.1.2.3", "http://172.31.0.1"),
    *("http://192.168.0.1", "http://169.254.169.254", "http://100.64.0.1", "http://192.0.2.1", "http://198.18.0.1"),
    *("http://224.0.0.1", "http://255.255.255.255", "http://240.0.0.1", "http://192.0.0.8", "http://[::]"),
    *("http://[::1]", "http://[fe80::1]", "http://[fc00::1]", "http://[fd12::1]", "http://[ff02::1]"),
    *("http://[::ffff:127.0.0.1]", "http://[::ffff:10.0.0.1]", "http://[64:ff9b::10.0.0.1]"),
    *("http://[2002:7f00:1::]", "http://[2002:a00:1::]", "http://[2001:0:53aa:64c::]", "http://[2001:db8::1]"),
    *("http://[64:ff9b:1::1]", "http://[fec0::1]", "http://[::127.0.0.1]", "http://[fe80::1%25lo]"),
    *("http://0x7f.1", "http://2130706433", "http://0177.1", "http://0177.0.0.1", "http://127.1", "http://0x7f000001"),
    *("http://127.0.0.0x1", "http://①②⑦.0.0.1", "http://１２７.０.０.１", "http://127.0.0.1."),
    *("http://localhost", "http://localhost.", "http://intranet", "http://", "https:///path", "example.org"),
    *("http://example.org:22", "http://example.org:99999", "http://example.org:x", "http://a@b@example.org"),
    *(
        "http://example.org\\@127.0.0.1",
        "http://exam\tple.org",
        "http://example.org/\r\nHost: x",
        "http://a..example.org",
    ),
    *("ftp://example.org", "file:///etc/passwd", "http://" + "a" * 64 + ".org", "http://-a.org", "http://\ud800.org"),
    "http://example.org/" + "a" * 2000,
)


@pytest.mark.parametrize("url", NOT_OPENED)
def test_what_is_not_the_public_web_is_refused_without_asking_anyone(url: str, settings):
    settings.DNS_SERVER = ("127.0.0.1", 9)
    assert refusal(url)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1", "2a00:1450::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_public(address: str):
    assert fetching.is_public(ipaddress.ip_address(address))


def test_names_in_any_script_have_one_spelling():
    assert fetching.target("HTTPS://Bücher.Example:443").url == "https://xn--bcher-kva.example/"
    assert fetching.target("http://example.org:80/é?q=ü").url == "http://example.org/%C3%A9?q=%C3%BC"

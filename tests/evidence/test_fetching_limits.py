"""The safe client, against servers that drip, flood, break off or talk nonsense."""

import gzip
import time
import zlib

import pytest

from signatories.evidence import fetching
from signatories.evidence.fetching import fetch
from signatories.evidence.outcome import Away
from tests.evidence.test_fetching import PAGE, refusal
from tests.network import answer, drip


@pytest.mark.parametrize(
    "page",
    [
        drip(PAGE),
        drip(answer("x" * 500).replace(b"\r\n\r\n", b"\r\nX-A: " + b"y" * 500 + b"\r\n\r\n")),
        lambda write: (write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"), drip(b"z" * 900)(write)),
        lambda write: (
            write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            drip(b"1\r\nz\r\n" * 99)(write),
        ),
        lambda write: time.sleep(2),
        lambda write: [(write(b"HTTP/1.1 100 Continue\r\n\r\n"), time.sleep(0.05)) for _ in range(99)],
    ],
    ids=["everything", "a header", "the body", "chunks", "silence", "continue"],
)
def test_a_slow_drip_ends_at_the_deadline(site, monkeypatch, page):
    monkeypatch.setattr(fetching, "SECONDS", 0.4)
    site.pages["/"] = page
    began = time.monotonic()
    with pytest.raises(Away, match="did not answer within"):
        fetch(site.url())
    assert time.monotonic() - began < 1


def endless(head: bytes, piece: bytes):
    def send(write):
        write(head)
        for _ in range(10_000):
            write(piece)

    return send


@pytest.mark.parametrize(
    "page",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 60000 + b"\r\nx\r\n"),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"y" * 5000 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"y" * 65536),
        answer(gzip.compress(bytes(30_000_000)), head="Content-Encoding: gzip"),
        answer(zlib.compress(bytes(30_000_000)), head="Content-Encoding: deflate"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n" + b"x" * 2_000_000,
    ],
    ids=["body", "chunks", "chunk extensions", "headers", "one header", "gzip bomb", "deflate bomb", "said so"],
)
def test_more_than_a_page_is_not_read(site, page):
    site.pages["/"] = page
    assert any(said in refusal(site.url()) for said in ("larger than 1 MB", "more than is taken", "not understood"))


def test_a_page_of_exactly_1_mb_is_read_and_one_byte_more_is_not(site):
    site.pages |= {"/1": answer(b"x" * fetching.MAX_BODY), "/2": answer(b"x" * (fetching.MAX_BODY + 1))}
    assert len(fetch(site.url("/1")).body) == fetching.MAX_BODY
    assert "larger than 1 MB" in refusal(site.url("/2"))


def test_a_page_that_was_compressed_unasked_is_read(site):
    site.pages["/"] = answer(gzip.compress(b"Hello"), head="Content-Encoding: gzip")
    assert fetch(site.url()).text == "Hello"
    site.pages["/"] = answer(b"Hello", head="Content-Encoding: br")
    assert "compressed in a way" in refusal(site.url())


def test_pages_without_type_or_length_or_in_another_encoding_are_read(site):
    site.pages["/"] = b"HTTP/1.0 200 OK\r\n\r\nna\xefve <a href=x>"
    assert fetch(site.url()).text == "na\ufffdve <a href=x>"


@pytest.mark.parametrize("page", [answer("short")[:-3], b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"])
def test_an_answer_that_breaks_off_is_tried_again_later(site, page: bytes):
    site.pages["/"] = page
    with pytest.raises(Away, match="broke off"):
        fetch(site.url())


@pytest.mark.parametrize(
    "page", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc OK\r\n\r\n", answer(b"x", head="Content-Encoding: gzip")]
)
def test_an_answer_that_is_no_http_is_refused(site, page: bytes):
    site.pages["/"] = page
    assert "not understood" in refusal(site.url())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_page_that_is_not_there_is_refused(site, status: int):
    site.pages["/"] = answer(status=f"{status} No")
    assert str(status) in refusal(site.url())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_server_in_trouble_is_asked_again_later(site, status: int):
    site.pages["/"] = answer(status=f"{status} No")
    with pytest.raises(Away, match=str(status)):
        fetch(site.url())

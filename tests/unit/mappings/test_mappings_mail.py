"""E-mails as mappings see them."""

from __future__ import annotations

import contextlib
import json
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mappings_made import delivery

from core.ports import UnmappedError
from mappings import load_catalogue
from mappings.body import parse
from mappings.mail import MAX_PARTS, MAX_TEXT, MEDIA_TYPE, parsed
from mappings.markup import text_of

PLAIN = b"""\
From: =?utf-8?q?J=C3=BCrgen?= <jurgen@example.com>
To: Alerts <alerts@rung.example.com>, "Desk, Service" <desk@example.com>
Cc: lee@example.com
Subject: =?utf-8?b?UGxhdHRlIHZvbGw=?= on
 db-1
Date: Mon, 02 Mar 2026 10:00:00 +0100
Message-ID: <abc.1@example.com>
In-Reply-To: <first@example.com>
References: <first@example.com>  <second@example.com>
X-Monitor: 7
X-Monitor: 8
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Die Platte ist voll: 97=A0%=E4.
"""


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "a@example.com", "To": "b@example.com", "Subject": "s", **headers}.items():
        message[name.replace("_", "-")] = value
    return message


def test_a_message_is_read_with_all_that_a_mapping_may_ask_for() -> None:
    found = parsed(PLAIN)
    assert found.pop("headers")["x-monitor"] == "7"
    assert found == {
        "from": {"address": "jurgen@example.com", "name": "Jürgen"},
        "sender": {"address": "", "name": ""},
        "reply_to": [],
        "to": [
            {"address": "alerts@rung.example.com", "name": "Alerts"},
            {"address": "desk@example.com", "name": "Desk, Service"},
        ],
        "cc": [{"address": "lee@example.com", "name": ""}],
        "subject": "Platte voll on db-1",
        "text": "Die Platte ist voll: 97\xa0%ä.",
        "html": "",
        "message_id": "abc.1@example.com",
        "in_reply_to": "first@example.com",
        "references": ["first@example.com", "second@example.com"],
        "date": "2026-03-02T09:00:00+00:00",
        "auto_submitted": "no",
        "attachments": [],
    }


def test_of_a_text_in_two_forms_both_are_read_and_attachments_are_only_named() -> None:
    message = mail()
    message.set_content("As plain text.")
    message.add_alternative("<p>As <b>HTML</b>.</p><script>no()</script>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="réport.pdf")
    message.add_attachment("hidden text", filename="note.txt")
    found = parsed(message.as_bytes())
    assert (found["text"], found["html"]) == ("As plain text.", "As HTML.")
    assert found["attachments"] == [
        {"name": "réport.pdf", "type": "application/pdf", "size": 4},
        {"name": "note.txt", "type": "text/plain", "size": 12},
    ]


def test_a_page_alone_is_read_as_text() -> None:
    message = mail()
    message.set_content("<html><head><title>x</title></head><body>One<br>two &amp; three</body></html>", subtype="html")
    assert parsed(message.as_bytes())["text"] == "One\ntwo & three"


def test_a_message_within_a_message_is_an_attachment() -> None:
    outer = mail()
    outer.set_content("See below.")
    inner = mail(Subject="inner")
    inner.set_content("Not to be read.")
    outer.add_attachment(inner)
    found = parsed(outer.as_bytes())
    assert found["text"] == "See below."
    assert [one["type"] for one in found["attachments"]] == ["message/rfc822"]


def test_automatic_answers_say_so() -> None:
    assert parsed(mail(Auto_Submitted="Auto-Replied; x=1").as_bytes())["auto_submitted"] == "auto-replied"


def test_a_mapping_reads_the_message_like_any_body() -> None:
    text = """\
content_types: [message/rfc822]
delivery_key: message_id
shapes:
  - name: mail
    kind: {is: alert}
    key: {from: subject, match: '(\\S+)$'}
    state: {is: new}
    title: subject
    description: text
    caller: {of: from, email: address, name: name}
    occurred_at: date
"""
    mapping = load_catalogue([], {"mine": text})["mine"].bind("mine")
    (event,) = mapping.events(delivery(PLAIN, MEDIA_TYPE)).events
    assert event.key == "db-1"
    assert event.caller is not None
    assert event.caller.email == "jurgen@example.com"
    assert mapping.delivery_key({"content-type": MEDIA_TYPE}, PLAIN) == "abc.1@example.com"


@pytest.mark.parametrize("body", [b"", b"\n\nonly a body", b"{}", b"\x00\xff"])
def test_what_is_no_message_is_told(body: bytes) -> None:
    with pytest.raises(UnmappedError, match=r"no e-mail|empty"):
        parse(body, MEDIA_TYPE)


HOSTILE = {
    "an unknown charset": b"Subject: s\nContent-Type: text/plain; charset=nonsense\n\nh\xe9llo",
    "a charset that is no text": b"Subject: s\nContent-Type: text/plain; charset=zlib_codec\n\nhello",
    "broken base64": b"Subject: s\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!=",
    "no end of its parts": b'Subject: s\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nhello',
    "a boundary that is missing": b"Subject: s\nContent-Type: multipart/mixed\n\nhello",
    "an address that is none": b"From: <<<@@@>>> \"\\\nTo: ,,,;:@\nSubject: s\n\nhello",
    "an encoded word that is none": b"Subject: =?utf-8?b?!!!?= =?x?q?=ff?= =?\n\nhello",
    "a date that is none": b"Date: Mon, 99 Foo 99999999999 99:99:99 +9999\nSubject: s\n\nhello",
    "NUL and surrogates": b"Subject: a\x00b \xed\xa0\x80\n\nhello\x00",
    "a parameter that is none": b"Subject: s\nContent-Type: text/plain; charset*0*=''%ff; name*=x\n\nhello",
    "a file name that is none": b"Subject: s\nContent-Disposition: attachment; filename*=utf-99''%ff\n\nhello",
    "uuencoded nonsense": b"Subject: s\nContent-Transfer-Encoding: x-uuencode\n\nbegin 666 x\n\xff\xff",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_a_broken_message_is_read_as_well_as_it_can_be(body: bytes) -> None:
    found = parse(body, MEDIA_TYPE)
    json.dumps(found)
    assert isinstance(found, dict)
    assert "\x00" not in json.dumps(found, ensure_ascii=False)


def nested(levels: int) -> bytes:
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (one, one) for one in range(levels))
    return b"Subject: s\n" + heads + b"\nhello"


BOMBS = {
    "parts within parts": nested(2_000),
    "very many parts": b'Subject: s\nContent-Type: multipart/mixed; boundary="b"\n' + b"\n--b\n\nx" * 50_000,
    "very many headers": b"X-A: b\n" * 100_000 + b"\nhello",
    "a very long header": b"Subject: " + b"a" * 1_000_000 + b"\n\nhello",
    "very many addresses": b"To: " + b"a@b.example, " * 100_000 + b"\n\nhello",
    "open quotes": b"To: " + b'"' * 200_000 + b"\n\nhello",
    "open comments": b"From: " + b"(" * 200_000 + b"\n\nhello",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nhello",
    "a deep page": b"Subject: s\nContent-Type: text/html\n\n" + b"<div>" * 200_000,
    "open tags": b"Subject: s\nContent-Type: text/html\n\n" + b"<a " * 200_000,
    "open comments in a page": b"Subject: s\nContent-Type: text/html\n\n" + b"<!-- " * 100_000,
    "open scripts": b"Subject: s\nContent-Type: text/html\n\n" + b"<script>" * 60_000,
    "open brackets": b"Subject: s\nContent-Type: text/html\n\n" + b"<" * 400_000,
    "references": b"References: " + b"<" * 200_000 + b"\n\nhello",
    "addresses of another kind": b"".join(b"Resent-To: x" + b'"' * 3900 + b"\n" for _ in range(200)) + b"\nhello",
    "parameters of others": b"".join(b"Content-Type: x" + b'"' * 3900 + b"\n" for _ in range(200)) + b"\nhello",
    "quoted parameters": b"Content-Disposition: attachment; " + b'";' * 200_000 + b"\n\nhello",
    "parameters on further lines": b"Content-Type: text/plain; x=" + b'";\r\n ' * 100_000 + b"\r\n\r\nhello",
    "parts within parts of many lines": b"Subject: s\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300))
    + b"\n--" * 300_000,
    "a number too long for Python": b"Content-Type: text/html\n\n<p>&#" + b"9" * 100_000 + b"; hello</p>",
    "a large text": b"Subject: s\n\n" + b"a " * 500_000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=list(BOMBS))
def test_a_hostile_message_takes_no_more_than_a_moment(body: bytes) -> None:
    began = time.process_time()
    try:
        found = parse(body, MEDIA_TYPE)
    except UnmappedError:
        found = {}
    assert time.process_time() - began < 5
    assert isinstance(found, dict)
    assert len(found.get("text", "")) <= MAX_TEXT
    assert len(found.get("attachments", [])) <= MAX_PARTS


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_are_told_not_to_be(body: bytes) -> None:
    with contextlib.suppress(UnmappedError):
        json.dumps(parse(b"Subject: s\n" + body, MEDIA_TYPE))


def test_a_very_long_header_of_a_part_is_cut_and_the_rest_of_the_mail_is_read() -> None:
    long = b"Subject: s\nContent-Type: text/plain; charset=utf-8; x=" + b"a" * 9000 + b"\n more\nX-Monitor: 7\n\nhello"
    found = parsed(long)
    assert (found["subject"], found["text"], found["headers"]["x-monitor"]) == ("s", "hello", "7")


def test_headers_that_say_how_a_mail_is_read_are_not_crowded_out_by_others() -> None:
    crowd = b"".join(b"X-%d: %s\n" % (n, b"a" * 3900) for n in range(100))
    assert parsed(crowd + b"Subject: PROBLEM: disk full\nFrom: a@example.com\n\nx")["subject"] == "PROBLEM: disk full"


def test_a_character_with_a_number_beyond_all_characters_does_not_hide_the_page() -> None:
    assert text_of("a &#" + "9" * 10_000 + "; b &#65;") == "a \ufffd b A"


def test_a_page_is_read_line_by_line() -> None:
    page = "<h1>Down</h1>\n<table><tr><td>Host</td><td>db-1</td></tr></table><p>Since   ten</p><ul><li>a<li>b</ul>"
    assert [line for line in text_of(page).split("\n") if line] == ["Down", "Host db-1", "Since ten", "a", "b"]
    assert text_of("a < b &lt;i&gt; <!-- no --> c <style>p {}</style>d</STYLE>") == "a < b <i> c d"
    assert text_of("<script>never ended") == ""

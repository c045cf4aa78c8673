"""Lists page by page along Link: rel="next", ETag and 304, gzip and zstd, and who is let in."""

import csv
import gzip
import io
import json
import urllib.request
from datetime import datetime
from urllib.parse import urljoin

import pytest
import requests
from backports import zstd

from conftest import FROM, TO, TOKEN

RANGE = f"from={FROM}&to={TO}"


@pytest.fixture(scope="module")
def bare(api):
    """Requests without the session's token and compression."""

    def get(path, **headers):
        wire = requests.Request("GET", f"{api.base}{path}", headers=headers)
        with requests.Session() as session:
            session.headers.clear()
            return session.send(session.prepare_request(wire), stream=True, timeout=30)

    return get


@pytest.mark.parametrize("kind, key", [("touchpoints", "time"), ("conversations", "opened_at")])
@pytest.mark.parametrize("limit", [7, 100])
def test_pages_along_the_links_are_the_rows_of_one_csv(api, kind, key, limit):
    address = f"{api.base}/api/v1/{kind}?{RANGE}&limit={limit}"
    rows, pages = [], 0
    while address:
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            link = answer.headers.get("Link")
            told = json.load(answer)
        assert 0 < len(told[kind]) <= limit
        rows += told[kind]
        pages += 1
        assert (link is None) == (told.get("next") is None)
        address = None
        if link:
            target, relation = link.split("; ")
            assert relation == 'rel="next"'
            address = urljoin(api.base, target.strip("<>"))
    whole = api.get(kind, format="csv").text
    lines = list(csv.DictReader(io.StringIO(whole)))
    assert pages == -(-len(lines) // limit) and pages > 2
    as_csv = [{name: "" if row[name] is None else str(row[name]) for name in lines[0]} for row in rows]
    instants = [name for name in lines[0] if name == "time" or name.endswith(("_at", "_since"))]
    for row, line in zip(as_csv, lines, strict=True):
        # CSV writes instants in the zone of the settings.
        for name in instants:
            own, told = row.pop(name), line.pop(name)
            assert bool(own) == bool(told), name
            assert not own or datetime.fromisoformat(own) == datetime.fromisoformat(told), name
        assert row == line
    assert len({(row["page_id"], row["person_id"], row[key], row["number"]) for row in rows}) == len(rows)


def test_requests_understands_the_link(api):
    first = api.get("touchpoints", limit=10)
    following = urljoin(api.base, first.links["next"]["url"])
    second = api.session.get(following, timeout=30).json()["touchpoints"]
    both = api.json("touchpoints", limit=20)["touchpoints"]
    assert first.json()["touchpoints"] + second == both


@pytest.mark.parametrize(
    "path",
    [
        "funnels/click-to-messenger?by=source&",
        "attribution?format=csv&",
        "ads?by=campaign&format=parquet&",
        "touchpoints?limit=50&",
    ],
)
def test_what_one_has_is_not_sent_again(api, path):
    address = f"{api.base}/api/v1/{path}{RANGE}"
    first = api.session.get(address, timeout=30)
    assert first.status_code == 200 and first.headers["ETag"]
    again = api.session.get(address, headers={"If-None-Match": first.headers["ETag"]}, timeout=30)
    assert again.status_code == 304 and again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    other = api.session.get(address, headers={"If-None-Match": 'W/"another"'}, timeout=30)
    assert other.status_code == 200 and other.content == first.content


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("coding, unpack", [("gzip", gzip.decompress), ("zstd", zstd.decompress)])
@pytest.mark.parametrize("kind", ["conversations", "funnels/click-to-messenger"])
def test_answers_are_packed_for_whom_takes_it(api, bare, kind, form, coding, unpack):
    by = "&by=source,page" if kind.startswith("funnels") else ""
    path = f"/api/v1/{kind}?{RANGE}{by}&format={form}"
    plain = bare(path, Authorization=f"Bearer {TOKEN}")
    assert "Content-Encoding" not in plain.headers
    packed = bare(path, Authorization=f"Bearer {TOKEN}", **{"Accept-Encoding": coding})
    body, whole = packed.raw.read(decode_content=False), plain.raw.read(decode_content=False)
    if form in ("json", "csv"):
        assert packed.headers["Content-Encoding"] == coding
        assert len(body) < len(whole) / 2
    if packed.headers.get("Content-Encoding"):
        assert packed.headers["Content-Encoding"] == coding
        body = unpack(body)
    assert body == whole
    assert "accept-encoding" in ", ".join(packed.raw.headers.getlist("vary")).lower()


def test_an_accept_header_is_a_format(api):
    for accept, form in [
        ("text/csv", "csv"),
        ("application/vnd.apache.parquet", "parquet"),
        ("application/vnd.apache.arrow.stream", "arrow"),
    ]:
        answer = api.get("attribution", headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith(accept)
        assert answer.content == api.get("attribution", format=form).content


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Basic {TOKEN}"])
def test_without_the_token_nobody_sees(bare, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = bare(f"/api/v1/touchpoints?{RANGE}&format=csv", **headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")

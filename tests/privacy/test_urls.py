"""Links: what says who somebody is goes, wherever it stands and however it is written."""

import base64
import csv
import html
import io
import json
import re
import time
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.privacy.urls import REMOVED, find_urls, scrub_url

SURVEY_LINKS = tomllib.loads(Path(__file__).with_name("survey_urls.toml").read_text(encoding="utf-8"))["link"]
TOKEN = re.compile(r"[A-Za-z0-9_+/-]{4,}")

PERSONAL_LINKS = [
    # query
    ("https://s.example/survey?email=ann.lee@mail.example", "ann"),
    ("https://s.example/survey?email=ann.lee%40mail.example", "ann"),
    ("https://s.example/survey?e=%61nn.lee%2540mail.example", "lee"),
    ("https://s.example/survey?name=Ann+Lee&lang=en", "Lee"),
    ("https://s.example/survey?name=Ann%20Lee", "Lee"),
    ("https://s.example/survey?utm_source=mail&phone=447700900321", "447700900321"),
    ("https://s.example/survey?utm_source=447700900321", "447700900321"),
    ("https://s.example/survey?utm_campaign=ann@mail.example", "ann"),
    ("https://s.example/survey?utm_campaign=ann%40mail.example", "ann"),
    ("https://s.example/survey?customer_id=C-1204&utm_medium=sms", "C-1204"),
    ("https://s.example/survey?token=eyJhbGciOiJIUzI1NiJ9.eyJuIjoiQW5uIn0", "eyJ"),
    ("https://s.example/survey?q=ann;email=ann@mail.example", "ann"),
    ("https://s.example/survey?ann.lee@mail.example", "ann"),
    ("https://s.example/survey?ann.lee@mail.example=1", "ann"),
    ("https://s.example/survey?447700900321=yes", "447700900321"),
    ("https://s.example/survey?data[email]=ann@mail.example", "ann@"),
    ("https://s.example/survey?next=https://t.example/?user=annlee", "annlee"),
    ("https://s.example/survey?EMAIL=ann@mail.example", "ann"),
    ("https://s.example/survey??email=ann@mail.example", "ann"),
    ("https://s.example/survey?a=1&&email=ann@mail.example&", "ann"),
    # path
    ("https://s.example/survey/ann.lee@mail.example", "ann"),
    ("https://s.example/survey/ann.lee", "ann"),
    ("https://s.example/survey/ann.lee@mail", "ann"),
    ("https://s.example/survey/jo.447700900321", "447700900321"),
    ("https://s.example/survey/ann%2Elee%40mail.example/start", "lee"),
    ("https://s.example/survey/AnnLee", "AnnLee"),
    ("https://s.example/survey/Ann_Lee/start", "Lee"),
    ("https://s.example/r/8f3kQ2zT", "8f3kQ2zT"),
    ("https://s.example/r/447700900321", "447700900321"),
    ("https://s.example/u/123e4567-e89b-12d3-a456-426614174000", "123e4567"),
    ("https://s.example/start;email=ann@mail.example", "ann"),
    ("https://s.example/~ann", "ann"),
    ("https://s.example/@annlee", "annlee"),
    ("https://s.example/%F0%9F%98%80ann", "ann"),
    # fragment
    ("https://s.example/survey#ann.lee@mail.example", "ann"),
    ("https://s.example/#/user/annlee", "annlee"),
    # user information
    ("https://ann.lee@s.example/survey", "ann"),
    ("https://ann:secret@s.example/survey", "secret"),
    ("https://ann%40mail.example:secret@s.example/", "ann"),
    ("https://a@ann.lee@s.example/", "ann"),
    ("ftp://ann:secret@files.example/drop", "ann"),
    # host
    ("https://ann.lee%40mail.example/survey", "ann"),
    ("http://[::1/ann", "ann"),
    # mail
    ("mailto:ann.lee@mail.example", "ann"),
    ("MAILTO:ann.lee%40mail.example?subject=Hello", "ann"),
    # without a scheme
    ("www.s.example/survey?email=ann@mail.example", "ann"),
    ("s.example/survey?email=ann@mail.example", "ann"),
]
HARMLESS_LINKS = [
    "https://www.shop.example",
    "https://www.shop.example/",
    "https://www.shop.example/help/contact-us",
    "https://www.shop.example/help/index.html",
    "https://www.shop.example/en-GB/help",
    "https://shop.example/v2/help?lang=en&page=3",
    "https://shop.example/?utm_source=newsletter&utm_medium=email&utm_campaign=spring_2024",
    "http://localhost:8501/help",
    "https://[2001:db8::1]:8443/help",
    "www.shop.example/returns",
    "https://www.shop.example/customer-service/opening-times",
    "https://www.shop.example/Account/Login",
    "https://www.shop.co.example/account/password-reset",
    "https://s.example/delivery?utm_source=facebook&utm_medium=social&utm_campaign=post-delivery",
    "https://s.example/?utm_campaign=black%20friday&utm_source=sms&product=garden-chair&version=2.10.1",
    "https://s.example/aide/r%C3%A9clamation?locale=fr_CA",
    "https://help-center.shop.example/?",
    "http://intranet/feedback",
    "../help/contact",
]
NAMES_IN_PLAIN_WORDS = [
    ("https://s.example/users/ann-lee", "ann-lee"),
    ("https://s.example/users/lee", "lee"),
    ("https://s.example/survey?utm_source=ann.lee", "ann"),
    ("https://s.example/survey?utm_campaign=annlee", "ann"),
    ("https://s.example/survey/ann-lee", "ann"),
    ("https://s.example/getUser/lee", "lee"),
    ("https://ann-lee.s.example/survey", "ann"),
    ("https://ann-lee.s.example/survey", "lee"),
]


@pytest.mark.parametrize(("link", "value"), PERSONAL_LINKS)
def test_a_personal_value_does_not_survive(link, value):
    scrubbed = scrub_url(link)
    assert value.casefold() not in scrubbed.casefold()
    assert REMOVED in scrubbed or "@" in link.split("?")[0]  # user names are dropped, with nothing in their place
    assert scrub_url(scrubbed) == scrubbed


@pytest.mark.parametrize(("link", "value"), PERSONAL_LINKS)
def test_a_personal_link_is_found_in_a_sentence(link, value):
    text = f"I was sent ({link}), thanks."
    spans = find_urls(text)
    assert [text[start:end].rstrip("&") for start, end in spans] == [link.rstrip("&")]


@pytest.mark.parametrize("link", HARMLESS_LINKS)
def test_a_harmless_link_is_unchanged(link):
    assert scrub_url(link) == link


def test_harmless_parameters_stay_beside_personal_ones():
    link = "https://s.example/survey?utm_source=mail&email=ann@mail.example&lang=en#top"
    assert scrub_url(link) == f"https://s.example/survey?utm_source=mail&email={REMOVED}&lang=en#{REMOVED}"


@pytest.mark.parametrize(("link", "value"), NAMES_IN_PLAIN_WORDS)
def test_a_name_in_plain_words_does_not_survive(link, value):
    assert value not in scrub_url(link)


@given(st.text(max_size=60))
def test_any_text_after_a_scheme_scrubs_to_something_stable(rest):
    scrubbed = scrub_url(f"https://{rest}")
    assert scrub_url(scrubbed) == scrubbed


@given(
    st.text("abc019%@./?&=#;:-_~", max_size=40), st.sampled_from(["/", "?x=", "?", "#", "/r/", "?utm_source=", "/a."])
)
def test_an_address_or_long_number_never_survives(noise, before):
    for value in ("zed@mail.example", "zed%40mail.example", "4477009003"):
        scrubbed = scrub_url(f"https://s.example{before}{value}{noise}")
        assert "zed" not in scrubbed
        assert "4477009003" not in scrubbed


def readings(text: str) -> set[str]:
    """Everything that can be read in a text: as it stands, unescaped, unquoted up to three times, from base64."""
    found = {text, html.unescape(text)}
    for _ in range(3):
        found |= {step(one) for one in found for step in (unquote, unquote_plus)}
    for token in {token for one in found for token in TOKEN.findall(one)}:
        for start in range(min(4, len(token) - 3)):  # a block may begin anywhere in what is left of a token
            cut = token[start:].replace("+", "-").replace("/", "_")
            cut = cut[: len(cut) - (len(cut) % 4 == 1)]
            decoded = base64.urlsafe_b64decode(cut + "=" * (-len(cut) % 4))
            found.add(decoded.decode("utf-8", "replace"))
    return {one.casefold() for one in found}


def is_readable(secret: str, text: str) -> bool:
    """Whether a secret can be read in a text; figures also with other characters between them."""
    if secret.isdigit():
        return any(secret in re.sub(r"[\s().+-]", "", one) for one in readings(text))
    return any(secret.casefold() in one for one in readings(text))


def scrub_all(text: str) -> str:
    """Scrub every link of a text."""
    pieces, end = [], 0
    for start, stop in find_urls(text):
        pieces += [text[end:start], scrub_url(text[start:stop])]
        end = stop
    return "".join([*pieces, text[end:]])


def test_there_are_survey_links_enough_and_each_has_its_own_name():
    assert len(SURVEY_LINKS) >= 45
    assert len({link["id"] for link in SURVEY_LINKS}) == len(SURVEY_LINKS)


@pytest.mark.parametrize("link", SURVEY_LINKS, ids=lambda link: link["id"])
def test_nothing_of_a_person_can_be_read_in_a_scrubbed_survey_link(link):
    scrubbed = scrub_url(link["url"])
    assert [secret for secret in link["secrets"] if not is_readable(secret, link["url"])] == []  # the check can fail
    assert [secret for secret in link["secrets"] if is_readable(secret, scrubbed)] == []
    assert [kept for kept in link.get("keeps", ()) if kept not in scrubbed] == []
    assert scrub_url(scrubbed) == scrubbed


@pytest.mark.parametrize("before", ["", "It said ", "(", "see:\n"])
@pytest.mark.parametrize("link", SURVEY_LINKS, ids=lambda link: link["id"])
def test_a_survey_link_is_found_and_scrubbed_in_a_comment(link, before):
    scrubbed = scrub_all(f"{before}{link['url']}. It was helpful.Thanks")
    assert [secret for secret in link["secrets"] if is_readable(secret, scrubbed)] == []
    assert scrubbed.startswith(before)
    assert scrubbed.endswith(". It was helpful.Thanks")
    assert scrub_all(scrubbed) == scrubbed


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=8).map(lambda word: f"zq{word}")
secrets = st.one_of(
    st.tuples(words, words).map(lambda pair: (f"{pair[0].title()} {pair[1].title()}", pair)),
    st.tuples(words, words).map(lambda pair: (f"{pair[0].title()}{pair[1].title()}", pair)),
    st.tuples(words, words).map(lambda pair: (f"{pair[0]}.{pair[1]}@mail.example", pair)),
    words.map(lambda word: (f"{word.title()}{word[2:]}7", (word,))),
    st.integers(10**6, 10**13).map(lambda number: (str(number), (str(number),))),
    st.integers(10**6, 10**9).map(lambda number: (f"0{number}"[:4] + "-" + f"0{number}"[4:], (str(number),))),
)
ENCODINGS = {
    "plain": lambda text: text.replace(" ", "%20"),
    "plus": quote_plus,
    "percent": lambda text: quote(text, safe=""),
    "every character": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "twice": lambda text: quote(quote(text, safe=""), safe=""),
    "three times": lambda text: quote(quote(quote(f"{text}@", safe=""), safe=""), safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode().replace("/", "%2F"),
    "base64 for links": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "json in base64": lambda text: base64.urlsafe_b64encode(json.dumps({"name": text}).encode()).decode(),
    "token": lambda text: (
        "eyJhbGciOiJIUzI1NiJ9." + base64.urlsafe_b64encode(f'{{"n":"{text}"}}'.encode()).decode() + ".c2ln"
    ),
}
PLACES = [
    "https://{}@s.example/help", "https://ann:{}@s.example/help", "https://s.example/survey/{}",
    "https://s.example/r/{}/start", "https://s.example/users/{}", "https://s.example/start;x={};lang=en",
    "https://s.example/{}.html", "http://crm/cust/{}", "https://s.example/?email={}",
    "https://s.example/?lang=en&entry.12={}&page=2", "https://s.example/?lang={}",
    "https://s.example/?utm_source={}", "https://s.example/?utm_campaign={}&amp;utm_medium=sms",
    "https://s.example/?version={}", "https://s.example/?page={}", "https://s.example/?product={}",
    "https://s.example/?{}=1", "https://s.example/?{}", "https://s.example/?a[{}]=1",
    "https://s.example/?next=https%3A%2F%2Ft.example%2F%3Fu%3D{}", "https://s.example/#{}",
    "https://s.example/#!/user/{}", "https://s.example/to/x#email={}&lang=en", "mailto:{}?subject=x",
    "mailto:a@b.example?body={}", "myapp://user/{}", "myapp://{}/x", "/r/{}?x=1", "/users/{}/",
    "survey.example/r?e={}", "survey.example/u/{}", "?x={}&y=1", "Q_EED={}&email=x",
    "http://192.0.2.7:8080/u/{}?x=1", "https://[2001:db8::7]/u/{}", "//s.example/u/{}", "index.php?user={}",
    "https://{}.s.example/help", "https://instagram.com/{}", "https:\\\\s.example\\users\\{}", "tel:{}",
    "https://s.example/?a=1;b={}",
]  # fmt: skip


@settings(max_examples=3000)
@given(secrets, st.sampled_from(sorted(ENCODINGS)), st.sampled_from(PLACES))
@example(("447700900123", ("447700900123",)), "plain", "https://s.example/?utm_source={}")
def test_a_secret_planted_anywhere_in_a_link_is_not_to_be_read_afterwards(secret, encoding, place):
    written, pieces = secret
    link = place.format(ENCODINGS[encoding](written))
    scrubbed = scrub_url(link)
    assert all(is_readable(piece, link) for piece in pieces)  # the check can fail
    assert not [piece for piece in pieces if is_readable(piece, scrubbed)]
    assert scrub_url(scrubbed) == scrubbed
    if not place.startswith("tel:"):  # before a name or a base64 block it is a word: "tel:none"
        assert not [piece for piece in pieces if is_readable(piece, scrub_all(f"I was sent {link}, thanks"))]


PIECES = (
    "https:// www. s.example /users/ /r/ ? # & &amp; ; = email= lang= en utm_source= @ : . % %25 %40 + ann Ann lee "
    "4477 ( ) [ ] ' \" , mailto: tel: myapp:// user xn-- crm :8080 \\ // .. ~ é REMOVED t.me .it index.php - * %3A "
    "192.0.2.1"
).split()


@settings(max_examples=2000)
@example("[email=https://&=")
@given(st.lists(st.sampled_from([*PIECES, " ", "\n", "<", ">"]), max_size=14).map("".join))
@example("lang=email=&=")
@example("email=s.examplehttps://https://")
def test_scrubbing_the_links_of_a_text_twice_changes_nothing(text):
    once = scrub_all(text)
    assert scrub_all(once) == once


@settings(max_examples=1000)
@given(st.text(max_size=80))
def test_any_text_is_taken_for_a_link_without_an_error_and_to_something_stable(text):
    scrubbed = scrub_url(text)
    assert scrub_url(scrubbed) == scrubbed


UNITS = [
    "a", "a.", "a-", "a/", "./", "a b", "(a=", "(a(", "!:", "?a=", "&", "&a=", "=", ";", "%", "%25", "+", "((", "))",
    "[", "@", "a@", "\\", "/u/", "//a", "http", "http:", "http://a/", "www.", "(a.com#", "(a.it/",
    "a.com/x?e=1 Lee&a=b ", "a:b@", "a?b=c&", "tel:1 ", "éa", "0",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_twenty_thousand_characters_take_less_than_a_second(unit):
    text = (unit * 20_000)[:20_000]
    started = time.perf_counter()
    find_urls(text)
    for before in ("", "https://", "https://s.example/", "https://s.example/?", "https://s.example/?utm_source="):
        scrub_url(before + text)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        "no link here", "a.b", "end.Start", "1.5 stars", "it costs 3.99/month", "user@mail.example", "e.g. this",
        "and/or", "helpful.Th", "24/7", "N/A", "what?yes=no", "1/2", "good.But", "3.5/5", "w/c", "he/she",
        "10/10.Thanks/bye", "staff.Very/really kind", "late.In/out in 5", "good.It/they were", "12:30/13:00",
        "R&D=good", "A&E=great", "M&S", "Tel: 01632 960123", "at 5pm/6pm.No problem", "12/05/2023", "and /or",
        "yes / no", "a+b=c", "x=1", "1=very good; 5=bad", "rate:10/10", "Rating:2023/24", "why??", "...and", "https",
        "http://", "www.", "C/O", "km/h", "//", "I.e/that is", "50%3", "was ok...more/less", "size 10/12=fine",
        "doctor/nurse.They said/did", "me.so/so", "e-mail/phone", "@work/home",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_links(text):
    assert find_urls(text) == []


def test_real_comments_without_links_hold_none(shared):
    with (shared / "data" / "nhs_survey" / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        comments = [row["FFT answer"] for row in csv.DictReader(file)]
    with zipfile.ZipFile(shared / "data" / "clothing_reviews" / "reviews.csv.zip") as archive:
        name = next(name for name in archive.namelist() if not name.startswith("__"))
        with archive.open(name) as file:
            comments += [row["Review Text"] for row in csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))]
    assert len(comments) > 30_000
    assert sum(len(find_urls(comment)) for comment in comments) <= 3


@given(st.text(max_size=80))
def test_spans_lie_within_the_text_and_apart(text):
    spans = find_urls(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))

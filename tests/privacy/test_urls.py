"""Links: what says who somebody is goes, wherever it stands and however it is written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.urls import REMOVED, find_urls, scrub_url

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
]
LEFT_OF_NAMES = [
    ("https://s.example/users/ann-lee", "ann-lee"),
    ("https://s.example/survey?utm_source=ann.lee", "ann"),
    ("https://ann-lee.s.example/survey", "ann"),
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
    if link.startswith("http://["):
        return
    assert [text[start:end].rstrip("&") for start, end in spans] == [link.rstrip("&")]


@pytest.mark.parametrize("link", HARMLESS_LINKS)
def test_a_harmless_link_is_unchanged(link):
    assert scrub_url(link) == link


def test_harmless_parameters_stay_beside_personal_ones():
    link = "https://s.example/survey?utm_source=mail&email=ann@mail.example&lang=en#top"
    assert scrub_url(link) == f"https://s.example/survey?utm_source=mail&email={REMOVED}&lang=en#{REMOVED}"


@pytest.mark.xfail(reason="lower-case words are kept: in a path, a harmless parameter or a host they may be a name")
@pytest.mark.parametrize(("link", "value"), LEFT_OF_NAMES)
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


@pytest.mark.parametrize(
    "text",
    [
        "no link here",
        "a.b",
        "end.Start",
        "1.5 stars",
        "it costs 3.99/month",
        "user@mail.example",
        "e.g. this",
        "and/or",
    ],
)
def test_ordinary_words_are_no_links(text):
    assert find_urls(text) == []


@given(st.text(max_size=80))
def test_spans_lie_within_the_text_and_apart(text):
    spans = find_urls(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))

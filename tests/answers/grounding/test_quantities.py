"""Figures and quantities of people are found in any spelling; plain sentences are allowed."""

import json
import re
import unicodedata
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.answers.grounding.quantities import ENGLISH, EVERYDAY, NUMBER_WORDS, OTHERS, bind, unbound_quantities

FIGURES = (
    """
People say 3 parcels came late.|People say 87 % were late.|People say ½ were late.
People say ٣ were late.|People say ３ were late|People waited ² days.|People say ② came.
People paid 5‰.|People say ५० came late.|People say Ⅳ came.|People say VII came late.
People say xii came late.|People say 三个人 complain.|People say 一半 are late.|People say 3️⃣ came.
People say 🔟 of us waited.|People gave it 💯.|People say two parcels came late.
People waited twenty-one days.|People say ninety-odd were late.|People say fortytwo came.
People say a dozen came late.|People say dozens waited.|People say scores of parcels vanished.
People in their hundreds wait.|People say one has to wait.|People say ten per cent wait.
People say ten pct wait.|People say a tenfold rise.|People say it took eighteenish days.
""".strip()
    .replace("\n", "|")
    .split("|")
)
SHARES = (
    """
Most say staff are kind.|People say the majority wait.|A minority disagree, people say.
Half of them wait.|Nobody liked the food.|No one liked it.|No-one liked it.|None of them waited.
Everyone waits.|Everybody's food was cold.|A third of people wait.|One third wait.
Two-thirds of us wait.|A quarter of users left.|About a fifth of guests left.
Third of customers left.
""".strip()
    .replace("\n", "|")
    .split("|")
)
PEOPLE = (
    """
All customers wait.|Every patient waits.|Each user waits.|No guests liked it.|Many people wait.
Few clients liked it.|Several reviews mention it.|Some commenters wait.|Lots of people wait.
A lot of patients wait.|Plenty of visitors wait.|Numerous respondents wait.|Countless users wait.
A handful of reviewers wait.|A couple of patients wait.|Hardly any customers wait.
Almost all respondents wait.|Nearly every patient waits.|An overwhelming number wait.
People say some of us wait.|All of them wait.|Many of the older regular customers wait.
The rest of them wait.|More people than before wait.|Fewer customers came.|Twice as many wait.
As many as before wait.|The bulk of patients wait.|A large proportion of patients wait.
A score of patients wait.|Both customers wait.|Not a single customer waited.|Enough people wait.
People say many were late.|People were happy, some were not.|People like it but few agree.
People say several complain.|People like it, say many.|People all agree.|People mostly agree.
People overwhelmingly agree.|People unanimously agree.|People complain, quite a few.
People outnumber staff.|People say complaints have doubled.|People agree without exception.
Many very unhappy customers wait.|No one-star reviews came.|V customers wait.|XL of customers wait.
Hardly anyone waits.
""".strip()
    .replace("\n", "|")
    .split("|")
)
FOREIGN = (
    """
drei Kunden warten|die Hälfte wartet|niemand wartet|viele Leute warten|die meisten warten
einundzwanzig warten|dreihundert warten|alle Kunden warten|deux clients attendent|la moitié attend
personne n'attend|beaucoup attendent|la plupart attend|quatre-vingts attendent|dix clients attendent
tres clientes esperan|la mitad espera|nadie espera|muchas personas esperan|la mayoría espera
veintidós esperan|todos esperan|tre clienti aspettano|la metà aspetta|nessuno aspetta
molte persone aspettano|la maggioranza aspetta|trentadue aspettano|sei persone aspettano
drie klanten wachten|de helft wacht|iedereen wacht|veel mensen wachten|de meeste mensen wachten
eenentwintig wachten|dois clientes esperam|a metade espera|ninguém espera|muitas pessoas esperam
a maioria espera|vinte esperam|trzy osoby czekają|połowa czeka|nikt nie czeka|wielu klientów czeka
większość czeka|dwadzieścia czeka|pięćdziesiąt czeka|ほとんどの人|절반이 기다린다|大多数人 wait|两个人 wait
""".strip()
    .replace("\n", "|")
    .split("|")
)
DISGUISED = (
    """
People say t h r e e came late.|People say t.h.r.e.e came.|People say M O S T wait.
People say m-o-s-t wait.|People say th ree came.|People say se-ven came.
People say thr\u200bee came.|People say n\u00adobody came.|People say m\u043est wait.
People say \u0442\u04bbr\u0435\u0435 came.|People say thrее came.|People say ΝΙΝΕ came.
People say τhrεε came.|People say ｔｈｒｅｅ came.|People say 𝐭𝐡𝐫𝐞𝐞 came.|People say 𝓶𝓸𝓼𝓽 wait.
People say ᴛʜʀᴇᴇ came.|People say 🅷🅰🅻🅵 wait.|People say 🇹🇼🇴 came.|People say thr33 came.
People say f0ur came.|People say $ix came.|People say n!ne came.|People say h@lf wait.
People say th®ee came.|People say mooost wait.|People say threeee came.|People say thrée came.
People say t\u0336h\u0336r\u0336e\u0336e\u0336 came.|People say no\u200b one came.
People say n o b o d y came.|People say e v e r y o n e came.|People say TwO came.
People say \u202eeerht came.|People say m a n y came.|People say mo\u3164st wait.
People say ma\u043dy custom\u0435rs wait.|People say nıne came.|People say sеvеn came.
People say half\u2010hearted staff.|People say ՏiX: ѕіх came.
""".strip()
    .replace("\n", "|")
    .split("|")
)
PLAIN = (
    """
People say the staff are kind and some days are long.|People say the food was cold the third time.
People were seen first.|People say the second visit was better.|People had to call twice.
People say staff explained things once.|People say the line is often busy.
People say that all the staff were friendly.|People say every member of staff was helpful.
People say they have no complaints.|People say there was no parking for patients.
People say the nurses treat patients with respect.|People say that some medicines were not given.
People say several days passed before a reply.|People say many hours were lost.
People say the fit is true to size.|People say the XL is too small.
People report that it's even better than before.|People say the weight of the door is a problem.
People note the teenagers in the canteen.|People like the tent and the attentive team.
People say it is a bit of a wait.|People say the phone often rings out.
People say the app crashes at login.|People find someone always answers.
People say that anyone can book.|People say the pharmacist explained more.
People say it takes more time with them.|People find the dress runs large, with a loose fit.
People say the third floor is hard to reach.|People want no other place.
People say the staff were all friendly.|People say doctors did not listen to them.
People say the fabric is thin, and it wrinkles.|People mix up the forms.
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("sentence", [*FIGURES, *SHARES, *PEOPLE, *FOREIGN, *DISGUISED])
def test_what_reads_as_a_quantity_is_found(sentence):
    spans = unbound_quantities(sentence)
    assert spans
    assert all(0 <= start < end <= len(sentence) for start, end in spans)


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_sentence_stays_allowed(sentence):
    assert unbound_quantities(sentence) == ()


def test_the_claims_people_wrote_for_the_verifier_stay_allowed():
    lines = (files("analyzer.evaluation") / "gold" / "claims.jsonl").read_text("utf-8").splitlines()
    claims = {json.loads(line)["claim"] for line in lines}
    flagged = [claim for claim in claims if unbound_quantities(claim)]
    assert [claim for claim in flagged if not re.search(r"\d|\btwo\b", claim)] == []


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("People say m\u200bo\u200bst of 12 parcels were late.", ["m\u200bo\u200bst", "1", "2"]),
        ("People say many old customers wait.", ["many old customers"]),
        ("People say ½ of ﬁve came.", ["½", "ﬁve"]),
    ],
)
def test_the_spans_refer_to_the_original_sentence(sentence, found):
    assert [sentence[start:end] for start, end in unbound_quantities(sentence)] == found


@given(st.sampled_from([c for c in map(chr, range(0x110000)) if unicodedata.category(c) in {"Nd", "Nl", "No"}]))
def test_a_numeral_of_any_script_is_a_figure(character):
    assert unbound_quantities(f"People say {character} came late.")


@given(
    st.sampled_from(sorted(NUMBER_WORDS)),
    st.sampled_from([str.lower, str.upper, str.title, " ".join, "\u200b".join, "\u0332".join, "-".join, "\u00ad".join]),
    st.sampled_from(["People say {} came late.", "{} came late.", "People came late, {}", "People: ({})"]),
)
def test_every_number_word_is_found_in_any_case_and_with_its_letters_parted(word, disguise, sentence):
    assert unbound_quantities(sentence.format(disguise(word)))


@given(st.text(max_size=60))
@example(":IC")
def test_whatever_is_read_the_spans_lie_within_it_in_order(text):
    spans = unbound_quantities(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(spans) == sorted(spans)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, character in enumerate(text) if character.isdigit())


@given(st.text(max_size=40), st.sampled_from(["12", "three", "most", "nobody", "½", "many customers"]))
def test_surrounding_text_does_not_hide_a_quantity(around, quantity):
    assert unbound_quantities(f"{around} . {quantity} . {around}")


def test_the_tables_are_written_as_sentences_are_read():
    for word in ENGLISH | OTHERS | EVERYDAY:
        assert re.fullmatch("[a-ząęłśćżźńó]+", word), word
        assert unicodedata.normalize("NFKD", word) == word == word.casefold(), word


@given(st.text("0123456789,.% ", min_size=1), st.text("0123456789,.% ", min_size=1))
def test_each_digit_of_a_bound_sentence_comes_from_a_figure(first, second):
    sentence = bind("{yes} of the {among} comments speak of it.", {"yes": first, "among": second})
    assert sentence == f"{first} of the {second} comments speak of it."


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{yes} of 12 comments speak of it.", "outside a slot"),
        ("Most of the {yes} comments speak of it.", "outside a slot"),
        ("{yes} of {among} comments speak of it.", "no figure for among"),
        ("{yes} of {0.real} comments speak of it.", "outside a slot"),
        ("{yes} of {a.b} comments speak of it.", "not a name"),
        ("{yes} of {among comments speak of it.", "not a name"),
    ],
)
def test_a_sentence_with_a_figure_of_its_own_or_an_empty_slot_is_refused(template, message):
    with pytest.raises(ValueError, match=message):
        bind(template, {"yes": "3"})


def test_a_figure_is_not_read_as_a_slot():
    assert bind("{a} and {b}", {"a": "{b}", "b": "4"}) == "{b} and 4"

"""What may stand in a line that people type: every script, and nothing that the eye cannot see."""

import pytest
from django.core.exceptions import ValidationError

from petition.text import clean

HONEST = [
    *(
        "李雷 (Li Lei)",
        "山田 太郎",
        "김철수",
        "नरेन्द्र शर्मा",
        "محمد بن سلمان",
        "آیت‌الله کتاب‌ها",
        "Nguyễn Văn Ánh",
        "สมชาย ใจดี",
    ),
    *("O’Brien", "Björk Guðmundsdóttir", "ชุติกาญจน์", "שָׁלוֹם בֵּן־דָּוִד", "த. கௌரி", "ශ්‍රී ලංකා", "क्‍ष", "র‍্যাচেল", "ರಾಜ್‌ಕುಮಾರ್"),
    *("བསྒྲུབས་པ", "ကျွန်ုပ်", "မြွှေ့", "ᠠ᠋ᠷᠠᠳ", "ᬅᬓ᭄ᬱᬭ", "José", "Jose\u0301", "Ǵ̱", "X Æ A-12", "مُحَمَّدٌ", "Łukasz", "Þóra"),
    *("St. John", "Jean-Luc d’Ô", "Ng", "Ὀδυσσεύς", "Ⅷ", "Ümit İ.", "ʻOkina Kāneʻohe", "Ø", "ⴰⵎⴰⵣⵉⵖ", "እስክንድር", "Անի"),
]
BLANKS = {
    "filler": "\u3164",
    "choseong filler": "\u115f",
    "jungseong filler": "\u1160",
    "halfwidth filler": "\uffa0",
    "braille blank": "\u2800",
    "soft hyphen": "\u00ad",
    "joiner alone": "\u200d",
    "non-joiner alone": "\u200c",
    "grapheme joiner": "\u034f",
    "word joiner": "\u2060",
    "invisible plus": "\u2064",
    "byte order mark": "\ufeff",
    "khmer inherent": "\u17b4",
    "variation selector": "\ufe0f",
    "ideographic variation": "\U000e0101",
    "mongolian selector": "\u180b",
    "tag": "\U000e0041",
    "musical": "\U0001d173",
    "null notehead": "\U0001d159",
    "object": "\ufffc",
    "arabic mark": "\u061c",
    "shorthand": "\U0001bca0",
    "unassigned ignorable": "\U000e0fff",
    "zero width space": "\u200b",
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_name_passes_as_it_is_typed(name: str):
    assert clean(name) == name.replace("e\u0301", "é")


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
@pytest.mark.parametrize("around", ["{}", "{}{}{}", "Ada{}Example", "{}Ada", "李{}雷", "Ada {} Example"])
def test_what_the_eye_cannot_see_is_refused_alone_and_among_letters(blank: str, around: str):
    with pytest.raises(ValidationError):
        clean(around.format(blank, blank, blank))


@pytest.mark.parametrize(
    "name", ["\u0301", " \u0301", "Ada \u0301", "\u0301Ada", "\u20dd", "\u0903", "a" + "\u0317" * 5]
)
def test_marks_need_a_letter_and_at_most_four_share_one(name: str):
    with pytest.raises(ValidationError):
        clean(name)
    assert clean("a" + "\u0317" * 4)


@pytest.mark.parametrize(
    "name", ["Ada\u200dExample", "Ada\u200cExample", "کتاب\u200c", "क\u200d", "李\u200d雷", "1\u200d2"]
)
def test_joiners_stand_only_where_a_script_needs_them(name: str):
    with pytest.raises(ValidationError, match=r"U\+200"):
        clean(name)


def test_spaces_of_every_kind_are_one_plain_space():
    assert clean("\u3000 Ada\u00a0\u2003Example ") == "Ada Example"


def test_prose_keeps_emoji_and_its_own_joiners():
    assert clean("We ❤️ it 👩‍🔬.\n\nمی‌خواهیم\u200c", multiline=True) == "We ❤️ it 👩‍🔬.\n\nمی‌خواهیم\u200c"

"""Whoever signs in a watched name is found, however it is written; whoever has another name is left in peace."""

import pytest

from signatories import names
from tests import naming

WATCHED = {name: names.watch_keys(name) for name in naming.watched()}


def test_an_impostor_is_found_in_98_of_100_ways_to_write_a_watched_name():
    variants = list(naming.impersonations("impostors"))
    assert len(WATCHED) == 50
    assert len(set(variants)) >= 1_500
    missed = [row for row in variants if row[1] not in names.match(row[2], WATCHED)]
    assert 1 - len(missed) / len(variants) >= 0.98, missed


def test_at_most_2_in_100_ordinary_names_of_the_world_are_held():
    people = naming.combined("ordinary", 4_000)
    held = [name for name in people if names.match(name, WATCHED) or names.mixed(name)]
    assert len(held) / len(people) <= 0.02, held


def test_nobody_is_held_for_a_name_that_is_on_no_list():
    held = [
        name for name in naming.combined("nobody", 4_000) if names.match(name, {n: WATCHED[n] for n in naming.INVENTED})
    ]
    assert held == []


@pytest.mark.parametrize(
    "typed",
    [
        *("LeCunova Ada", "Le Cunova Ada", "L e C u n o v a  Ada", "LECUNOVA, Ada", "ada le-cunova", "Ada Le’Cunova"),
        *(
            "Аdа Lесunоvа",
            "Dr. Ada Lecunova, Ph. D.",
            "Prof.Ada Lecunova",
            "Ada Lecunvoa",
            "Ada Leccunova",
            "Αda Lecunova",
        ),
        *(
            "𝐀𝐝𝐚 Lecunova",
            "Ada Lecun0va",
            "Ada B. Lecunova",
            "Someone (Ada Lecunova)",
            "Ada Lecunova 李雷",
            "Ａｄａ Ｌｅｃｕｎｏｖａ",
        ),
        *("Ada Lecunova, MIT", "Lantern Works: Ada Lecunova", "Ada Lecunova - Lantern Works", "Lecunova, Ada, MIT"),
    ],
)
def test_the_ways_of_one_name(typed: str):
    assert names.match(typed, {"Ada Lecunova": names.watch_keys("Ada Lecunova")}) == ["Ada Lecunova"]


@pytest.mark.parametrize(
    "typed", ["Ada Lovell", "Ida Lecun", "Lecunova", "Ada", "", "()", "李雷", "Prof. Dr.", "a" * 120]
)
def test_another_name_is_another_name(typed: str):
    assert names.match(typed, {1: names.watch_keys("Ada Lecunova")}) == []


@pytest.mark.parametrize(
    ("watched", "typed"),
    [
        *(
            ("Jürgen Müllerström", "Juergen Muellerstroem"),
            ("Łucja Ďobroń", "Lucja Dobron"),
            ("李雷 (Li Lei)", "李 雷 Li Lei"),
        ),
        *(("李雷 (Li Lei)", "Dr. Li Lei"), ("Ολυμπία Βράχου", "ΟΛΥΜΠΙΑ ΒΡΑΧΟΥ"), ("ОЛЬГА ЛЕКУНОВА", "Ольга Лeкyнова")),
        *(("رضا الکونی", "رِضا الكوني"), ("Maria da Silva e Sousa Lecunova", "Lecunova Maria da Silva e Sousa")),
    ],
)
def test_names_of_every_script_are_compared(watched: str, typed: str):
    assert names.match(typed, {watched: names.watch_keys(watched)}) == [watched]


@pytest.mark.parametrize("name", ["Аda Lecunova", "Ada Lеcunova", "Ольгa Петрова", "Νikos", "Ada-Lecunоva", "Աda"])
def test_letters_of_two_scripts_in_one_word_are_seen(name: str):
    assert len(names.mixed(name)) == 1


@pytest.mark.parametrize(
    "name",
    [
        *(
            "李雷 (Li Lei)",
            "高橋カレン",
            "さくら子",
            "金哲洙 김철수",
            "Иван Smith",
            "Smith-Иванов",
            "Ada Lecunova 3",
            "X Æ A-12",
        ),
        *(
            "José",
            "Jose\u0301",
            "O’Neill",
            "ʻOkina Kāneʻohe",
            "Ὀδυσσεύς",
            "Maxさん",
            "Ⅷ",
            "佐々木",
            "علی‌رضا",
            "क्षितिज",
            "Иван3",
        ),
    ],
)
def test_two_scripts_in_two_parts_are_nothing_to_look_at(name: str):
    assert names.mixed(name) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        *(
            ("Ada Lecunova", "Ada M. Lecunova", True),
            ("Jon Ashgrove", "John Ashgrove", True),
            ("Li Wei", "Wei Li", True),
        ),
        *(("Li Wei", "Li Wen", False), ("Ada Lecunova", "Ada Ashgrove", False), ("Ada", "Ada Lecunova", False)),
        *(("", "", False), ("Ada Lecunova", "Zoë Lecunova", False), ("김철수", "김철주", False)),
    ],
)
def test_names_that_may_be_one_persons(one: str, other: str, expected: bool):
    assert names.alike(one, [other, "Somebody Else"]) == ([0] if expected else [])

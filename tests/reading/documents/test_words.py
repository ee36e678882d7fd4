"""Words for what documents say: roles and facts have a name in both languages."""

from __future__ import annotations

import pytest

from shopscore.model.mappings import ROLES
from shopscore.reading.documents.role_words import ROLE_WORDS, role_word
from support import console_documents as examples


def test_every_role_has_words_in_both_languages():
    assert set(ROLE_WORDS) == set(ROLES)
    for role in ROLES:
        chinese = role_word(role).text("zh")
        assert chinese
        assert not any("a" <= letter <= "z" for letter in chinese.lower()), role
    assert len({*map(str, ROLE_WORDS.values())}) == len(ROLES)
    assert role_word("other") == "other"


@pytest.mark.parametrize("mapping", examples.mappings(), ids=lambda mapping: mapping.name)
def test_every_fact_of_a_document_has_a_name(mapping):
    facts = {figure.id for figure in mapping.figures if figure.subject == "fact"}
    for rows in mapping.rows:
        ids = rows.ids.values() if rows.ids else [rows.id]
        facts |= {id for id in ids if rows.subject_of(id) == "fact"}
    assert set(mapping.names) == facts

"""What training is made of: the split, and negatives mined with BM25."""

from __future__ import annotations

from index import tokens
from index.data_check import EverydayQuery
from index.documents import Group
from index.train.data import Project, Split, bridge_pairs, mined, split_of


def _project(name: str, ministry: str, purpose: str) -> Project:
    return Project(name, ministry, {Group.NAME: tokens.terms(name), Group.PURPOSE: tokens.terms(purpose)})


PROJECTS = [
    _project("保育所整備事業", "甲省", "保育所を整備する。"),
    _project("保育所整備事業", "乙省", "保育所を整備する。"),
    _project("保育士研修事業", "甲省", "保育所の職員の研修を行う。"),
    _project("港湾改修事業", "丙省", "港の岸壁を直す。"),
]


def test_a_mined_negative_is_the_best_wrong_project_and_no_repeat_of_the_right_one() -> None:
    asked = [(tokens.terms("保育所を増やす"), 0), (tokens.terms("港の岸壁"), 3), (tokens.terms("宇宙"), 3)]
    negatives = [PROJECTS[i].name for i in mined(PROJECTS, asked)]
    assert negatives[0] == "保育士研修事業"
    assert negatives[1] != "港湾改修事業" and negatives[2] == "保育所整備事業"


def test_a_project_that_the_same_query_is_right_about_is_no_negative() -> None:
    query = tokens.terms("保育所の職員")
    negatives = mined(PROJECTS, [(query, 0), (query, 2), (tokens.terms("港"), 3)])
    assert [PROJECTS[i].name for i in negatives[:2]] == ["港湾改修事業"] * 2


def test_negatives_stand_beside_their_pairs_only_when_asked_for() -> None:
    queries = [EverydayQuery("甲省", "保育所整備事業", "子どもを預けたい", 1)]
    plain = bridge_pairs(PROJECTS, queries, [], epochs=1)
    hard = bridge_pairs(PROJECTS, queries, [], epochs=1, hard_negatives=True)
    assert all(kind.negatives is None for kind in plain)
    queries_only = [kind for kind in hard if kind.name.startswith("query-")]
    assert all(kind.negatives is not None and len(kind.negatives) == len(kind.pairs) for kind in queries_only)


def test_a_projects_side_depends_on_its_name_alone() -> None:
    assert split_of("保育所整備事業") is split_of("保育所 整備事業")
    assert {split_of(f"架空事業{i}") for i in range(200)} == set(Split)

"""Index settings come from the environment and the command line, in one place."""

from __future__ import annotations

from index.environment import index_settings
from index.settings import IndexSettings


def test_nothing_said_gives_the_defaults() -> None:
    assert index_settings(environment={}) == IndexSettings()


def test_the_argument_wins_over_the_variable() -> None:
    environment = {"RSQA_MODEL": "from-variable", "RSQA_QUERY_PREFIX": "query: ", "RSQA_CROSS_ENCODER": "re-ranker"}
    settings = index_settings("from-argument", environment)
    assert settings.embedding.model == "from-argument"
    assert settings.embedding.query_prefix == "query: "
    assert settings.cross_encoder == "re-ranker"
    assert index_settings(None, environment).embedding.model == "from-variable"

"""Canonical names of measures and text fields: the one vocabulary shared by readers, index and qa.

Readers map every printed label to one of these (their own tables say how); questions are mapped to
them by ``qa``'s synonym tables.  Names are the form's own terms.
"""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """A row or column of a table that holds one kind of figure. Value = official term."""

    # 予算額・執行額 (and, per item, 予算内訳; per account, 予算・執行（会計別）)
    INITIAL = "当初予算"
    SUPPLEMENTARY = "補正予算"
    CARRIED_IN = "前年度から繰越し"
    CARRIED_OUT = "翌年度へ繰越し"
    RESERVE = "予備費等"
    BUDGET_TOTAL = "予算計"  # 計（歳出予算現額）
    EXECUTED = "執行額"
    EXECUTION_RATE = "執行率"  # 執行額 / 計
    EXECUTION_RATE_INITIAL = "当初予算＋補正予算に対する執行額の割合"
    REQUEST = "要求額"
    REQUEST_TOTAL = "要求額計"
    REQUEST_WISH = "要望額"
    # アウトカム, アウトプット, 単位当たりコスト, 政策評価, 工程表
    OUTCOME_ACTUAL = "成果実績"
    TARGET = "目標値"
    ATTAINMENT = "達成度"
    OUTPUT_ACTUAL = "活動実績"
    OUTPUT_PLAN = "当初見込み"
    UNIT_COST = "単位当たりコスト"
    UNIT_COST_FORMULA = "計算式"
    INDICATOR_ACTUAL = "実績値"
    # their text cells (one per indicator ``item``)
    GOAL = "成果目標"
    OUTCOME_INDICATOR = "成果指標"
    OUTPUT_INDICATOR = "活動指標"
    UNIT = "単位"
    BASIS = "算出根拠"
    # 点検・改善: one ``item`` per question, the question is the row label
    CHECK_MARK = "評価"
    CHECK_NOTE = "評価に関する説明"
    # 支出先 (item = "A/1": block/rank) and 国庫債務負担行為
    PAYEE_NAME = "支出先"
    CORPORATE_NUMBER = "法人番号"
    PAYEE_WORK = "業務概要"
    PAYEE_AMOUNT = "支出額"
    CONTRACT_METHOD = "契約方式等"
    BIDDERS = "入札者数"
    BID_RATE = "落札率"
    ONE_BIDDER_REASON = "一者応札・随意契約の理由"
    BLOCK_TOTAL = "ブロックの合計支出額"  # item = "A"
    BLOCK_NAME = "ブロック名"
    CONTRACT_AMOUNT = "契約額"
    # 費目・使途 (item = "A/1")
    EXPENSE_ITEM = "費目"
    EXPENSE_USE = "使途"
    EXPENSE_AMOUNT = "金額"


class Attribute(StrEnum):
    """A choice of the 基本事項 that is no text field. Value = its label."""

    CATEGORY = "事業区分"  # RSシステム 1-2: 新規開始, 新規要求, 前年度事業, 終了予定
    NO_END = "終了予定なし"  # RSシステム 1-2: TRUE


class Field(StrEnum):
    """A text field of the sheet (a Section's ``name``). Value = official term, all eras together."""

    PROJECT = "事業名"
    BUREAU = "担当部局庁"
    DIVISION = "担当課室"
    AUTHOR = "作成責任者"
    START_YEAR = "事業開始年度"
    END_YEAR = "事業終了（予定）年度"
    ACCOUNT = "会計区分"
    LAW = "根拠法令"
    PLANS = "関係する計画・通知等"
    MAJOR_POLICY = "主要政策・施策"
    MAJOR_EXPENSE = "主要経費"
    PURPOSE = "事業の目的"
    ISSUES = "現状・課題"
    OVERVIEW = "事業概要"
    METHOD = "実施方法"
    CHANGE_REASON = "主な増減理由"
    NO_QUANTITATIVE_GOAL = "定量的な目標が設定できない理由"
    STATISTICS = "根拠として用いた統計・データ名（出典）"
    POLICY = "政策"
    MEASURE = "施策"
    POLICY_RELATION = "本事業の成果と上位施策・測定指標との関係"
    CHECK_RESULT = "点検結果"
    IMPROVEMENT = "改善の方向性"
    EFFECT_EVALUATION = "目標年度における効果測定に関する評価"
    EXPERT_OPINION = "外部有識者の所見"
    EXPERT_TARGET = "外部有識者による点検対象"  # RSシステム 4-1
    EXPERT_REASON = "外部有識者による点検対象の理由"
    EXPERT_YEAR = "外部有識者による点検の最終実施年度"
    PUBLIC_PROCESS = "公開プロセス結果概要"
    TEAM_OPINION = "行政事業レビュー推進チームの所見"
    TEAM_OPINION_DETAIL = "行政事業レビュー推進チームの所見の詳細"
    RESPONSE = "所見を踏まえた改善点／概算要求における反映状況"
    RESPONSE_DETAIL = "所見を踏まえた改善点／概算要求における反映状況の詳細"
    PAST_REMARKS = "過去に受けた指摘事項"
    REMARKS = "備考"
    FLOW_NOTE = "資金の流れの補足"
    SUBSIDY_RATE = "補助率等"
    RELATED = "関連事業"
    URL = "URL"

"""The eras of the form, as data: labels of the review sheets of 2014-2016, 2017-2021, 2022-2023.

Source: the 令和2年度 form in hand; the column names of the 行政改革推進本部 databases of main items
(平成26 to 令和5), which repeat the labels of each year's form; the yearly 行政事業レビュー実施要領.
An era lists what its form prints.  Sheets differ between ministries and years, so a label that the
sheet's own era lacks is looked for in the others (see ``corpus.form.book``).
"""

from __future__ import annotations

from typing import Final

from corpus.fields import Field, Measure
from corpus.form.labels import Column, Era, FieldLabel, Listing, Series, Title
from corpus.model import Table

# --- fields ---------------------------------------------------------------------------------------

_BASIC: Final = (
    FieldLabel(("事業名",), Field.PROJECT),
    FieldLabel(("担当部局庁", "担当部局", "担当部局名", "部局庁"), Field.BUREAU),
    FieldLabel(("担当課室", "担当課室名", "担当課"), Field.DIVISION),
    FieldLabel(("作成責任者",), Field.AUTHOR, under=True),
    FieldLabel(("事業開始年度", "開始年度"), Field.START_YEAR),
    FieldLabel(("事業終了(予定)年度", "事業終了年度", "終了(予定)年度", "事業終了予定年度"), Field.END_YEAR),
    FieldLabel(("会計区分",), Field.ACCOUNT),
    FieldLabel(("根拠法令",), Field.LAW),
    FieldLabel(
        ("関係する計画、通知等", "関係する計画・通知等", "関係する通知、計画等", "関連する計画、通知等"), Field.PLANS
    ),
    FieldLabel(("事業の目的", "事業目的"), Field.PURPOSE),
    FieldLabel(("事業概要", "事業の概要"), Field.OVERVIEW),
    FieldLabel(("事業概要URL", "事業の概要URL", "参考URL", "URL"), Field.URL),
    FieldLabel(("実施方法", "事業の実施方法"), Field.METHOD),
)
_POLICY_HEAD: Final = (
    FieldLabel(("主要政策・施策", "主要な政策・施策", "主要施策"), Field.MAJOR_POLICY),
    FieldLabel(("主要経費",), Field.MAJOR_EXPENSE),
)
_OPINIONS: Final = (
    FieldLabel(("外部有識者の所見", "外部有識者所見"), Field.EXPERT_OPINION, Table.OPINION),
    FieldLabel(("公開プロセス結果概要", "公開プロセスの結果概要"), Field.PUBLIC_PROCESS, Table.OPINION),
    FieldLabel(
        ("行政事業レビュー推進チームの所見", "行政事業レビュー・チームの所見", "推進チームの所見"),
        Field.TEAM_OPINION, Table.OPINION, detail=Field.TEAM_OPINION_DETAIL,
    ),
    FieldLabel(
        ("所見を踏まえた改善点/概算要求における反映状況", "所見を踏まえた改善点・概算要求における反映状況",
         "所見を踏まえた改善点", "概算要求における反映状況"),
        Field.RESPONSE, Table.OPINION, detail=Field.RESPONSE_DETAIL,
    ),
    FieldLabel(("過去に受けた指摘事項", "過去に受けた指摘事項と対応状況", "過去に受けた指摘事項及び対応状況"),
               Field.PAST_REMARKS, Table.OPINION),
    FieldLabel(("備考",), Field.REMARKS, Table.REMARKS),
)  # fmt: skip
_CHECK_FIELDS: Final = (
    FieldLabel(("点検結果",), Field.CHECK_RESULT, Table.CHECK),
    FieldLabel(("改善の方向性",), Field.IMPROVEMENT, Table.CHECK),
    FieldLabel(("目標年度における効果測定に関する評価", "目標最終年度における効果測定に関する評価"),
               Field.EFFECT_EVALUATION, Table.CHECK),
)  # fmt: skip
_FLOW: Final = (FieldLabel(("資金の流れ",), Field.FLOW_NOTE, Table.FLOW),)
_GOAL_FIELDS: Final = (
    FieldLabel(
        ("根拠として用いた統計・データ名", "成果実績及び目標値の根拠として用いた統計・データ名", "根拠として用いた統計・データ名*",
         "成果実績及び目標値の根拠として用いた統計・データ名*"),
        Field.STATISTICS, Table.OUTCOME,
    ),
    FieldLabel(
        ("定量的な目標が設定できない理由", "定量的な目標が設定できない理由及び定性的な成果目標",
         "アウトカムを定量的に設定できない理由", "定量的なアウトカムを設定していない理由"),
        Field.NO_QUANTITATIVE_GOAL, Table.OUTCOME, under=True,
    ),
    FieldLabel(("定性的な成果目標", "定性的な成果目標と*", "定性的な成果目標及び*"), None, Table.OUTCOME, under=True),
)  # fmt: skip
_POLICY_FIELDS: Final = (
    FieldLabel(("政策",), Field.POLICY, Table.POLICY),
    FieldLabel(("施策",), Field.MEASURE, Table.POLICY),
    FieldLabel(("本事業の成果と上位施策・測定指標との関係", "本事業の成果と上位施策との関係"), Field.POLICY_RELATION, Table.POLICY),
    FieldLabel(("政策評価書URL", "政策評価書における*"), None, Table.POLICY),
    FieldLabel(("取組事項", "改革項目"), None, Table.REFORM_PLAN),
    FieldLabel(("本事業の成果と取組事項・KPIとの関係", "本事業の成果と改革項目・KPIとの関係"), None, Table.REFORM_PLAN),
)  # fmt: skip
_CHANGE: Final = (
    FieldLabel(("主な増減理由", "主な増減理由・その他特記事項"), Field.CHANGE_REASON, Table.BUDGET_ITEMS),
    FieldLabel(("その他特記事項", "主な増減理由以外の特記事項"), Field.REMARKS, Table.BUDGET_ITEMS),
)

_ACTIVITY: Final = tuple(  # 活動内容①（アクティビティ）: NFKC writes ① as 1
    f"{label}{number}" for label in ("活動内容", "アクティビティ") for number in ("", *range(1, 10))
)

# --- headings of tables ---------------------------------------------------------------------------

_TITLES: Final = (
    Title(r"予算額・?執行額.{0,20}|予算額・", Table.BUDGET),
    Title(r".*予算内訳(\(.*)?|.*予算内訳.{0,12}単位.*", Table.BUDGET_ITEMS),
    Title(r"成果目標及び成果実績.{0,30}|(短期|中期|長期)アウトカム", Table.OUTCOME),
    Title(r"事業の妥当性を検証するための代替的な達成目標及び実績|定量的な成果目標の設定が困難な場合", Table.OUTCOME),
    Title(r"活動(指標|目標)及び活動実績.{0,20}", Table.OUTPUT),
    Title(r"単位当たりコスト", Table.UNIT_COST),
    Title(r"政策評価(、.*との関係)?|測定指標|定量的指標|定性的指標", Table.POLICY),
    Title(r"(新)?経済・財政再生(計画|アクション・?プログラム)(改革工程表)?(20\d\d)?(との関係)?", Table.REFORM_PLAN),
    Title(r"(\(第[一二三]階層\))?KPI(\(第[一二三]階層\))?", Table.REFORM_PLAN),
    Title(r"事業所管部局による点検・改善(\(.*)?|点検・改善結果", Table.CHECK),
    Title(r"関連する過去のレビューシートの事業番号(\(.*)?|関連する過去の.{0,12}事業番号", Table.PAST_NUMBERS),
    Title(r"費目・使途(\(.*)?", Table.EXPENSES),
    Title(r"支出先上位.{0,4}者?リスト(\(.*)?", Table.PAYEES),
    Title(r"国庫債務負担行為等による契約先?(上位.{0,4}者?リスト)?(\(.*)?", Table.COMMITMENTS),
)  # fmt: skip

# --- 予算額・執行額 --------------------------------------------------------------------------------

_BUDGET_ROWS: Final = (
    ("当初予算", Measure.INITIAL),
    ("補正予算", Measure.SUPPLEMENTARY),
    ("前年度から繰越し", Measure.CARRIED_IN),
    ("前年度からの繰越し", Measure.CARRIED_IN),
    ("前年度から繰越", Measure.CARRIED_IN),
    ("前年度繰越", Measure.CARRIED_IN),
    ("翌年度へ繰越し", Measure.CARRIED_OUT),
    ("翌年度への繰越し", Measure.CARRIED_OUT),
    ("翌年度へ繰越", Measure.CARRIED_OUT),
    ("翌年度繰越", Measure.CARRIED_OUT),
    ("予備費等", Measure.RESERVE),
    ("予備費", Measure.RESERVE),
    ("計", Measure.BUDGET_TOTAL),
    ("合計", Measure.BUDGET_TOTAL),
    ("執行額", Measure.EXECUTED),
    ("執行率", Measure.EXECUTION_RATE),
    ("当初予算+補正予算に対する執行額の割合", Measure.EXECUTION_RATE_INITIAL),
    ("当初予算・補正予算に対する執行額の割合", Measure.EXECUTION_RATE_INITIAL),
)

# --- rows × years ---------------------------------------------------------------------------------

_OUTCOME_ROWS: Final = (
    ("成果実績", Measure.OUTCOME_ACTUAL),
    ("実績値", Measure.OUTCOME_ACTUAL),
    ("実績", Measure.OUTCOME_ACTUAL),
    ("目標値", Measure.TARGET),
    ("達成度", Measure.ATTAINMENT),
    ("達成率", Measure.ATTAINMENT),
)
_GOAL: Final = Column(("定量的な成果目標", "成果目標"), Measure.GOAL)
_OUTCOME_INDICATOR: Final = Column(("成果指標", "定量的な成果指標"), Measure.OUTCOME_INDICATOR)
_OUTCOME: Final = Series(
    Table.OUTCOME, (("成果指標", "定量的な成果指標"), ("単位",)), (_GOAL, _OUTCOME_INDICATOR), _OUTCOME_ROWS
)
_SUBSTITUTE: Final = Series(  # 定量的な成果目標の設定が困難な場合 (2015-)
    Table.OUTCOME,
    (("代替指標",), ("単位",)),
    (Column(("代替目標",), Measure.GOAL), Column(("代替指標",), Measure.OUTCOME_INDICATOR)),
    _OUTCOME_ROWS,
)
_OUTPUT_ROWS: Final = (
    ("活動実績", Measure.OUTPUT_ACTUAL),
    ("当初見込み", Measure.OUTPUT_PLAN),
    ("当初見込", Measure.OUTPUT_PLAN),
    ("活動見込", Measure.OUTPUT_PLAN),
    ("達成度", Measure.ATTAINMENT),
)
_OUTPUT: Final = Series(
    Table.OUTPUT,
    (("活動指標",), ("単位",)),
    (Column(("活動目標",), Measure.GOAL), Column(("活動指標",), Measure.OUTPUT_INDICATOR)),
    _OUTPUT_ROWS,
)
_UNIT_COST: Final = Series(
    Table.UNIT_COST,
    (("算出根拠",), ("単位",)),
    (Column(("算出根拠",), Measure.BASIS),),
    (("単位当たりコスト", Measure.UNIT_COST), ("計算式", Measure.UNIT_COST_FORMULA)),
)
_POLICY_INDICATOR: Final = Series(
    Table.POLICY,
    (("定量的指標",), ("単位",)),
    (Column(("定量的指標",), Measure.OUTCOME_INDICATOR),),
    (("実績値", Measure.INDICATOR_ACTUAL), ("目標値", Measure.TARGET)),
)
_KPI: Final = Series(
    Table.REFORM_PLAN,
    (("KPI(第一階層)", "KPI(第二階層)", "KPI(第三階層)", "KPI"), ("単位",)),
    (Column(("KPI(第一階層)", "KPI(第二階層)", "KPI(第三階層)", "KPI"), Measure.OUTCOME_INDICATOR),),
    (("成果実績", Measure.INDICATOR_ACTUAL), ("実績値", Measure.INDICATOR_ACTUAL),
     ("目標値", Measure.TARGET), ("達成度", Measure.ATTAINMENT)),
)  # fmt: skip

# --- one entry per row ----------------------------------------------------------------------------

_BUDGET_ITEM_NAMES: Final = (
    "歳出予算目",
    "費目",
    "歳出予算項目",
    "歳出予算項・目",
    "歳出予算項",
    "歳出予算科目",
    "目",
    "項",
)
_BUDGET_ITEMS: Final = Listing(
    Table.BUDGET_ITEMS,
    (_BUDGET_ITEM_NAMES, ("*当初予算", "*要求")),
    (Column(_BUDGET_ITEM_NAMES, None, "name"), Column(("主な増減理由", "主な増減理由*"), None, "reason")),
)
_CHECK: Final = Listing(
    Table.CHECK,
    (("項目",), ("評価",), ("評価に関する説明", "評価に関する説明*")),
    (
        Column(("項目",), None, "question"),
        Column(("評価",), Measure.CHECK_MARK, "mark"),
        Column(("評価に関する説明", "評価に関する説明*"), Measure.CHECK_NOTE),
    ),
)
_PAYEE_COLUMNS: Final = (
    Column(("支出先", "支出先名"), Measure.PAYEE_NAME, "name"),
    Column(("法人番号",), Measure.CORPORATE_NUMBER),
    Column(("業務概要",), Measure.PAYEE_WORK, "name"),
    Column(("支出額*",), Measure.PAYEE_AMOUNT, "amount"),
    Column(("契約方式等", "契約方式"), Measure.CONTRACT_METHOD),
    Column(("入札者数", "入札者数*"), Measure.BIDDERS),
    Column(("落札率", "落札率*"), Measure.BID_RATE),
    Column(
        ("一者応札・一者応募又は競争性のない随意契約となった理由及び改善策", "一者応札・一者応募又は*", "一者応札*"),
        Measure.ONE_BIDDER_REASON,
    ),
)
_PAYEES: Final = Listing(Table.PAYEES, (("支出先", "支出先名"), ("業務概要",), ("支出額*",)), _PAYEE_COLUMNS)
_COMMITMENTS: Final = Listing(
    Table.COMMITMENTS,
    (("契約先", "契約先名"), ("業務概要",), ("契約額*",)),
    (
        Column(("ブロック名", "ブロック"), Measure.BLOCK_NAME),
        Column(("契約先", "契約先名"), Measure.PAYEE_NAME, "name"),
        Column(("契約額*",), Measure.CONTRACT_AMOUNT, "amount"),
        *_PAYEE_COLUMNS[1:],
    ),
)
_EXPENSES: Final = Listing(
    Table.EXPENSES,
    (("費目",), ("使途",), ("金額*",)),
    (
        Column(("費目",), Measure.EXPENSE_ITEM, "name"),
        Column(("使途",), Measure.EXPENSE_USE, "name"),
        Column(("金額*",), Measure.EXPENSE_AMOUNT, "amount"),
    ),
)
_RELATED: Final = Listing(  # under the question on 関連事業 (2014-2017)
    Table.RELATED,
    (("所管府省・部局名", "所管府省名", "所管府省"), ("事業番号",), ("事業名",)),
    (
        Column(("所管府省・部局名", "所管府省名", "所管府省"), None),
        Column(("事業番号",), None),
        Column(("事業名",), None),
    ),
)
_QUALITATIVE: Final = Listing(
    Table.POLICY,
    (("定性的指標",), ("目標年度",)),
    (
        Column(("定性的指標",), None),
        Column(("目標",), None),
        Column(("目標年度",), None),
        Column(("施策の進捗状況*",), None),
    ),
)

# --- printed words without content ----------------------------------------------------------------

_STRUCTURE: Final = (
    r"[↓↑→←⇓⇒▼／/()（）〔〕\[\]・:：]+",
    r"事業番号|項目|評価|目標|目標年度|分野:?|KPI|定性的指標|定量的指標",
    r"施策の進捗状況(\((目標|実績)\))?",
    r"国費投入の必要性|事業の効率性|事業の有効性|関連事業|改善結果",
    r"※.*(記入|記載)(。|すること。?|して(いる|います)。?|する。?)?",
    r"\(?資金の受け取り先が何を行っているかについて補足する\)?(\(単位:.*\))?",
    r"\(?単位:.{1,4}\)?",
    r"\(?「資金の流れ」において.*記載.*",
    r"[-‐－―]?\d{1,3}[-‐－―]?|\d{1,3}/\d{1,3}|p\.?\d+",  # page numbers
    r"(別紙|チェック).{0,6}",
    r"20\d\d",  # the edition of a 工程表
    r"計画開始時-?年度?|目標最終年度|中間目標|年度",
)

_COMMON_LISTINGS: Final = (_BUDGET_ITEMS, _CHECK, _EXPENSES, _PAYEES)
_REQUIRED: Final = (Table.BUDGET, Table.OUTPUT, Table.CHECK, Table.EXPENSES, Table.PAYEES)

ERAS: Final[tuple[Era, ...]] = (
    Era(
        "平成26～28年度",
        2014,
        2016,
        (
            *_BASIC,
            FieldLabel(("事業開始・終了(予定)年度", "事業開始・終了年度", "事業開始年度・終了(予定)年度"),
                       Field.START_YEAR, also=(Field.END_YEAR,)),
            FieldLabel(("政策・施策名", "施策名"), Field.MEASURE, Table.POLICY),
            *_POLICY_HEAD, *_CHANGE, *_GOAL_FIELDS, *_POLICY_FIELDS, *_CHECK_FIELDS, *_OPINIONS, *_FLOW,
        ),
        _TITLES,
        (*_BUDGET_ROWS, ("繰越し等", Measure.CARRIED_IN)),
        (_OUTCOME, _SUBSTITUTE, _OUTPUT, _UNIT_COST, _POLICY_INDICATOR, _KPI),
        (*_COMMON_LISTINGS, _RELATED, _QUALITATIVE, _COMMITMENTS),
        _STRUCTURE,
        _REQUIRED,
    ),
    Era(
        "平成29～令和3年度",
        2017,
        2021,
        (*_BASIC, *_POLICY_HEAD, *_CHANGE, *_GOAL_FIELDS, *_POLICY_FIELDS, *_CHECK_FIELDS, *_OPINIONS, *_FLOW),
        _TITLES,
        _BUDGET_ROWS,
        (_OUTCOME, _SUBSTITUTE, _OUTPUT, _UNIT_COST, _POLICY_INDICATOR, _KPI),
        (*_COMMON_LISTINGS, _QUALITATIVE, _COMMITMENTS),
        _STRUCTURE,
        _REQUIRED,
    ),
    Era(
        "令和4～5年度",
        2022,
        2023,
        (
            *_BASIC,
            FieldLabel(("現状・課題", "現状と課題"), Field.ISSUES),
            FieldLabel(("補助率等", "補助率"), Field.SUBSIDY_RATE, Table.SUBSIDY),
            FieldLabel(_ACTIVITY, None, Table.ACTIVITY),
            FieldLabel(("アウトカム設定についての説明*", "アクティビティ*", "*設定した理由", "*設定していない理由", "アウトプットから*",
                        "短期アウトカムから*", "中期アウトカムから*", "アウトカムを複数段階で設定できない理由",
                        "後続アウトカムへのつながり", "事業に関連するKPIが定められている閣議決定等*", "該当箇所"),
                       None, Table.EFFECT_PATH),
            *_POLICY_HEAD, *_CHANGE, *_GOAL_FIELDS, *_POLICY_FIELDS, *_CHECK_FIELDS, *_OPINIONS, *_FLOW,
        ),
        _TITLES,
        _BUDGET_ROWS,
        (_OUTCOME, _SUBSTITUTE, _OUTPUT, _UNIT_COST, _POLICY_INDICATOR, _KPI),
        (*_COMMON_LISTINGS, _QUALITATIVE, _COMMITMENTS),
        _STRUCTURE,
        _REQUIRED,
    ),
)  # fmt: skip

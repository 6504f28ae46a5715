"""Speed, size and memory of the engine. ``python -m benchmarks.speed PART… [--data DIR] [--peer PYTHON]``

Every part prints its figures as one line of JSON, so that each runs in a process of its own and can be
repeated alone.  ``--peer`` is a Python that has chromadb (bench extra); without one its figures are left out.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import gzip
import itertools
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.measure import (
    ROOT,
    SHARED,
    Figure,
    Peak,
    folder_bytes,
    generation,
    last_json,
    median,
    python,
    rss_bytes,
    share,
    timed,
)
from corpus.ingest_model import Options
from corpus.readers.recognise import FileKind
from corpus.readers.source import InputFile
from corpus.reading import FormWork
from corpus.store.reader import Corpus, open_corpus
from corpus.workers import read_all
from index.catalog import Mask
from index.documents import measures_of, text_of
from index.embed.encoder import Vectors
from index.model import SearchFilter
from index.search import Searcher
from qa.engine import Engine
from qa.model import Subject
from samples import sample_dir, sample_files

CHROMA_VECTORS: Final = 95_000
_FORM_KINDS: Final = {".xlsx": FileKind.FORM_XLSX, ".pdf": FileKind.FORM_PDF, ".txt": FileKind.FORM_TEXT}


def sources() -> list[Path]:
    """What the national corpus is made of, or the sample where it is missing."""
    data = SHARED / "data"
    return [data / "judgit", data / "rs2024"] if (data / "judgit").is_dir() else sample_files()


def asked() -> list[str]:
    dev = SHARED / "eval" / "dev-questions.jsonl"
    path = dev if dev.is_file() else sample_dir() / "questions.jsonl"
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]


def searched() -> list[str]:
    dev = SHARED / "eval" / "dev-search.jsonl"
    if dev.is_file():
        return [json.loads(line)["query"] for line in dev.read_text(encoding="utf-8").splitlines()]
    return ["本を子供に届ける", "災害のとき外国人に知らせる", "船の安全", "役場に行かずに手続をする", "若い研究者の支援"] * 10


# --- reading and building -------------------------------------------------------------------------


def parse(_: Path, __: str) -> Iterable[Figure]:
    """Seconds per thousand sheets, reading only, by format, with as many workers as a user's ingest has."""
    from corpus.ingest import ingest
    from corpus.store.writer import new_generation

    judgit = sorted((SHARED / "data" / "judgit").glob("*2020*.gz")) if SHARED.is_dir() else []
    rs = [SHARED / "data" / "rs2024"] if (SHARED / "data" / "rs2024").is_dir() else []
    whole = sources() if judgit and rs else []
    for name, paths, limit in (("全部", whole, 1.5), ("JUDGIT!（1年分）", judgit, None), ("RSシステム（1年分）", rs, None)):
        if paths:
            with tempfile.TemporaryDirectory() as scratch, new_generation(scratch) as made:
                started = time.perf_counter()
                report = ingest(paths, made)
                seconds = (time.perf_counter() - started) / report.sheets * 1000
            yield Figure(f"読取りと保存: {name}、千枚当たり", seconds, " s", limit, f"{report.sheets:,}枚、{report.cells:,}セル")
    for path in _forms():
        works = [FormWork(InputFile(f"{n}{path.suffix}", path.read_bytes()), _FORM_KINDS[path.suffix]) for n in range(40)]
        seconds = timed(lambda works=works: list(read_all(works, Options()))) / len(works) * 1000  # type: ignore[misc]
        yield Figure(f"読取り: 様式（{path.suffix[1:]}）、千枚当たり", seconds, " s", None, "同じ様式を40回、起動を含む")


def _forms() -> list[Path]:
    folder = SHARED / "data" / "forms"
    return sorted(folder.iterdir()) if folder.is_dir() else sample_files()[:1]


def build(data: Path, peer: str) -> Iterable[Figure]:
    """Everything from source files to answering into ``data`` (which must be empty), beside Chroma's adding alone."""
    from index.update import take_in

    before = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = Peak(os.getpid())
    memory.start()
    started = time.perf_counter()
    report = take_in(data, sources())
    seconds = time.perf_counter() - started
    memory.stop()
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    sheets = report.summary.sheets if report.summary else report.sheets
    processor = sum(after.ru_utime + after.ru_stime - b.ru_utime - b.ru_stime for after, b in zip((own, children), before, strict=True))
    yield Figure("全部の取込みと索引", seconds, " s", None, f"{sheets:,}枚、1,000枚当たり {seconds / sheets * 1000:.2f} s")
    yield Figure("同、使ったプロセッサー時間÷（時間×コア数）", processor / seconds / (os.cpu_count() or 1), "", 0.5, "", more=True)
    note = "親と作業プロセスのPSSの和を0.25秒ごとに見た最大"
    yield Figure("同、メモリーの最大（親と作業プロセスの合計）", memory.bytes / 2**30, " GiB", 3.0, note)
    if peer:
        added = _chroma(data, peer, "add")["seconds"]
        note = f"Chroma {added:.1f} s（同じ本文と、府省庁・年度つき）"
        yield Figure("全部の取込みと索引 ÷ Chromaがベクトル95,000件を加える時間", seconds / added, " 倍", 0.8, note)


def size(data: Path, _: str) -> Iterable[Figure]:
    stored = folder_bytes(generation(data))
    raw = _raw_bytes()
    note = f"{stored / 2**20:,.0f} MiB ÷ 展開したJSONとCSV {raw / 2**20:,.0f} MiB"
    yield Figure("保存データ（索引を含む）÷ 元のデータ", stored / raw, " 倍", 0.5, note)


def _raw_bytes() -> int:
    total = 0
    for source in sources():
        for path in sorted(source.iterdir()) if source.is_dir() else [source]:
            if path.suffix == ".gz":
                with gzip.open(path) as stream:
                    while block := stream.read(1 << 20):
                        total += len(block)
            elif path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    total += sum(member.file_size for member in archive.infolist())
            else:
                total += path.stat().st_size
    return total


# --- asking ---------------------------------------------------------------------------------------


def cold(data: Path, _: str) -> Iterable[Figure]:
    """A first answer from nothing, beside the same behind the import that a naive program begins with."""
    question = asked()[0]
    ask = ["ask", question, "--json", "--data", str(data)]
    ours = median(lambda: python("-m", "cli.main", *ask), 7)
    code = "import sys, sentence_transformers; from cli.main import main; sys.exit(main(sys.argv[1:]))"
    naive = median(lambda: python("-c", code, *ask), 3)
    yield Figure("起動から最初の答えまで（中央値）", ours, " s", 1.5)
    yield Figure("同 ÷ import sentence_transformers を通したとき", ours / naive, " 倍", 0.25, f"そのとき {naive:.2f} s")


def questions(data: Path, _: str) -> Iterable[Figure]:
    engine, corpus = _engine(data)
    texts = asked()
    for text in texts[:20]:
        engine.ask(text)
    gc.collect()
    gc.freeze()
    times: list[float] = []
    many: list[float] = []
    for text in texts:
        started = time.perf_counter()
        answer = engine.ask(text)
        times.append((time.perf_counter() - started) * 1000)
        if answer.interpretation is not None and answer.interpretation.subject is Subject.MANY:
            many.append(times[-1])
    yield Figure("質問1件、中央値", statistics.median(times), " ms", 20, f"{len(times)}問")
    yield Figure("質問1件、95% 点", share(times, 0.95), " ms", 40, f"最大 {max(times):.0f} ms")
    if many:
        yield Figure("多数のシートにわたる質問、95% 点", share(many, 0.95), " ms", None, f"{len(many)}問、答えの組立てを含む")
    yield from _aggregates(corpus)
    yield from _points(corpus)
    found = [timed(lambda q=q: engine.searcher and engine.searcher.search(q)) * 1000 for q in searched()]  # type: ignore[misc]
    yield Figure("検索1件、中央値", statistics.median(found), " ms", None, f"{len(found)}件、95% 点 {share(found, 0.95):.1f} ms")


def _engine(data: Path) -> tuple[Engine, Corpus]:
    corpus = open_corpus(data)
    return Engine(corpus, Searcher.open(corpus)), corpus


def _aggregates(corpus: Corpus) -> Iterable[Figure]:
    """Sums and counts over all sheets, each with another year, ministry or threshold."""
    chance = random.Random(8)
    years, ministries = sorted({i.sheet_year for i in corpus.infos()}), sorted({i.ministry for i in corpus.infos()})
    templates = (
        "SELECT count(*), sum(amount_yen) FROM cells WHERE measure = '当初予算' AND sheet_year = $y AND fiscal_year = $y",
        "SELECT s.ministry, sum(c.amount_yen) FROM cells c JOIN sheets s USING (no) WHERE c.measure = '執行額' AND c.sheet_year = $y"
        " AND c.fiscal_year = $y - 1 GROUP BY 1 ORDER BY 2 DESC",
        "SELECT c.no, c.amount_yen FROM cells c JOIN sheets s USING (no) WHERE c.measure = '計' AND c.sheet_year = $y AND s.ministry = $m"
        " ORDER BY 2 DESC LIMIT 10",
        "SELECT payee_key, sum(amount_yen) FROM payees WHERE sheet_year = $y GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    )
    times = []
    for n in range(400):
        sql = templates[n % len(templates)]
        given = {"y": chance.choice(years), "m": chance.choice(ministries)}
        bound = {name: value for name, value in given.items() if f"${name}" in sql}
        times.append(timed(lambda sql=sql, bound=bound: corpus.facts(sql, bound)) * 1000)  # type: ignore[misc]
    yield Figure("全シートの集計1件、95% 点", share(times[20:], 0.95), " ms", 20, f"中央値 {statistics.median(times[20:]):.1f} ms")


def _points(corpus: Corpus) -> Iterable[Figure]:
    chosen = random.Random(8).choices(corpus.infos(), k=2000)
    times = [timed(lambda i=i: corpus.sheet(i.sheet_id)) * 1000 for i in chosen]  # type: ignore[misc]
    located = [timed(lambda i=i: corpus.find("sheet_id = ?", (i.sheet_id,))) * 1000 for i in chosen]  # type: ignore[misc]
    yield Figure("シート1枚をIDで探す、中央値", statistics.median(located), " ms", 1.0, f"95% 点 {share(located, 0.95):.2f} ms")
    yield Figure("シート1枚をIDで全セル読む、中央値", statistics.median(times), " ms", None, f"95% 点 {share(times, 0.95):.2f} ms")


# --- vectors --------------------------------------------------------------------------------------


def vectors(data: Path, peer: str) -> Iterable[Figure]:
    """Vector search against what memory can deliver, and against the exact neighbours; filtered search against Chroma."""
    import faiss

    faiss.omp_set_num_threads(1)
    corpus = open_corpus(data)
    searcher = Searcher.open(corpus)
    index = searcher.retriever.vectors
    queries = searcher.encoder.encode_queries(searched())
    for query in queries[:10]:
        index.search(query, 10)
    times = [timed(lambda q=q: index.search(q, 10)) for q in queries]  # type: ignore[misc]
    floor = index.facts.count * index.facts.dimension / _bandwidth()
    stored = index.vectors()
    exact = np.argsort(-(queries @ stored.T), axis=1)[:, :10]
    near = [set(index.position[index.search(query, 10)[0]].tolist()) for query in queries]
    recall = statistics.mean(len(found & set(row.tolist())) / 10 for found, row in zip(near, exact, strict=True))
    note = f"{index.facts.kind}、{index.facts.count:,}件×{index.facts.dimension}次元、1件 {statistics.median(times) * 1000:.2f} ms"
    yield Figure("ベクトル検索 ÷ 全件を読むのに要る最短の時間", statistics.median(times) / floor, " 倍", 1.5, f"{note}、床 {floor * 1000:.2f} ms")
    yield Figure("ベクトル検索の再現率@10（正確な近傍に対して）", recall, "", 0.98, f"{len(queries)}件", more=True)
    chosen = _filters(corpus, len(queries))
    ours = [timed(lambda q=q, f=f: searcher.retriever.vectors.search(*_filtered(searcher, q, f))) for q, f in zip(queries, chosen, strict=True)]  # type: ignore[misc]
    whole = [timed(lambda t=t, f=f: searcher.search(t, 10, f)) for t, f in zip(searched(), chosen, strict=True)]  # type: ignore[misc]
    yield Figure("絞り込み検索（語・ベクトル・並べ替えの全部）、95% 点", share(whole, 0.95) * 1000, " ms", None)
    if peer:
        theirs = _chroma(data, peer, "filter")["p95"]
        note = f"{share(ours, 0.95) * 1000:.2f} ms と {theirs * 1000:.2f} ms"
        yield Figure("絞り込みベクトル検索の95% 点 ÷ Chroma", share(ours, 0.95) / theirs, " 倍", 0.5, note)
        yield Figure("絞り込み検索（全部）の95% 点 ÷ Chromaのベクトルだけの検索", share(whole, 0.95) / theirs, " 倍", None)


def _filtered(searcher: Searcher, query: Vectors, chosen: SearchFilter) -> tuple[Vectors, int, Mask | None]:
    catalog = searcher.retriever.catalog
    return query, 10, catalog.documents_allowed(chosen, catalog.rows_allowed(chosen))


def _filters(corpus: Corpus, count: int) -> list[SearchFilter]:
    chance = random.Random(8)
    infos = chance.choices(corpus.infos(), k=count)
    kinds = itertools.cycle((lambda i: SearchFilter(sheet_years=(i.sheet_year,)), lambda i: SearchFilter(ministries=(i.ministry,)),
                             lambda i: SearchFilter(ministries=(i.ministry,), sheet_years=(i.sheet_year,))))  # fmt: skip
    return [make(info) for make, info in zip(kinds, infos, strict=False)]  # type: ignore[no-untyped-call]


def _bandwidth() -> float:
    """Bytes per second that one core reads from memory: the best of several passes over 256 MiB."""
    block = np.ones(32 << 20, dtype=np.int64)
    return block.nbytes / min(timed(block.max) for _ in range(7))


def _chroma(data: Path, peer: str, what: str) -> dict[str, float]:
    """Run ``chroma_peer`` with the vectors, texts and filters of ``data``; its figures."""
    with tempfile.TemporaryDirectory(prefix="rsqa-chroma-") as scratch:
        python("-m", "benchmarks.speed", "export", "--data", str(data), "--out", scratch)
        code = str(ROOT / "benchmarks" / "chroma_peer.py")
        found: dict[str, float] = last_json(python(code, scratch, what, program=peer))
        return found


def export(data: Path, out: Path) -> None:
    """Write vectors, texts, metadata, queries and filters for the peer."""
    corpus = open_corpus(data)
    searcher = Searcher.open(corpus)
    catalog, index = searcher.retriever.catalog, searcher.retriever.vectors
    documents = np.nonzero(index.position >= 0)[0][:CHROMA_VECTORS]
    stored = index.vectors()[index.position[documents]]
    stored = np.concatenate([stored] * -(-CHROMA_VECTORS // max(len(stored), 1)))[:CHROMA_VECTORS]
    np.save(out / "vectors.npy", stored.astype(np.float32))
    np.save(out / "queries.npy", searcher.encoder.encode_queries(searched()))
    rows = [int(catalog.document_rows[int(d)][0]) for d in documents]
    with (out / "records.jsonl").open("w", encoding="utf-8") as stream:
        for n in range(len(stored)):
            row, kind = rows[n % len(rows)], catalog.kinds[int(catalog.document_kind[documents[n % len(rows)]])]
            text = text_of(corpus.sheet_at(int(catalog.row_no[row]), measures_of(kind)), kind)
            record = {"ministry": catalog.ministries[int(catalog.row_ministry[row])], "year": int(catalog.row_year[row]), "text": text}
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    filters = [{"ministry": f.ministries[:1], "year": f.sheet_years[:1]} for f in _filters(corpus, len(searched()))]
    (out / "filters.json").write_text(json.dumps(filters, ensure_ascii=False), encoding="utf-8")


# --- memory ---------------------------------------------------------------------------------------


def memory(data: Path, _: str, count: int = 10_000) -> Iterable[Figure]:
    """Resident memory after a thousand questions and after ten thousand."""
    engine, _corpus = _engine(data)
    texts = asked()
    early, ask_at = 0, max(count // 5, 1)
    for number in range(count):
        engine.ask(texts[number % len(texts)], session=f"s{number % 500}")
        if number == ask_at:
            gc.collect()
            early = rss_bytes()
    gc.collect()
    late = rss_bytes()
    yield Figure("エンジンのメモリー", late / 1e6, " MB", 500, f"質問{count:,}件の後")
    yield Figure(f"質問{ask_at:,}件から{count:,}件までの増え方", (late / early - 1) * 100, "%", 5.0, f"{early / 1e6:.0f} → {late / 1e6:.0f} MB")


PARTS: Final[dict[str, Callable[[Path, str], Iterable[Figure]]]] = {
    "parse": parse, "build": build, "size": size, "cold": cold, "questions": questions, "vectors": vectors, "memory": memory,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "export"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peer", default="", help="a Python that has chromadb")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    if options.part == "export":
        export(options.data, options.out)
        return 0
    figures = list(PARTS[options.part](options.data, options.peer))
    print(json.dumps([dataclasses.asdict(f) for f in figures], ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The peer: Chroma with the same vectors. Runs with any Python that has chromadb: ``chroma_peer.py FOLDER add|filter``."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

BATCH = 5000


def main(folder: Path, what: str) -> None:
    import chromadb  # type: ignore[import-not-found,unused-ignore]
    import numpy as np

    vectors = np.load(folder / "vectors.npy")
    records = [json.loads(line) for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    with tempfile.TemporaryDirectory() as scratch:
        client = chromadb.PersistentClient(path=scratch, settings=settings)
        collection = client.create_collection("texts", metadata={"hnsw:space": "cosine"}, embedding_function=None)
        started = time.perf_counter()
        for begin in range(0, len(vectors), BATCH):
            part = records[begin : begin + BATCH]
            collection.add(
                ids=[str(begin + n) for n in range(len(part))],
                embeddings=vectors[begin : begin + BATCH],
                documents=[record["text"] for record in part],
                metadatas=[{"ministry": record["ministry"], "year": record["year"]} for record in part],
            )
        found = {"seconds": time.perf_counter() - started, "count": len(vectors), "version": chromadb.__version__}
        if what == "filter":
            found["p95"] = _filtered(collection, folder)
        print(json.dumps(found))


def _filtered(collection: object, folder: Path) -> float:
    import numpy as np

    queries = np.load(folder / "queries.npy")
    filters = json.loads((folder / "filters.json").read_text(encoding="utf-8"))
    times = []
    for query, chosen in zip(queries, filters, strict=True):
        terms = [{name: values[0]} for name, values in chosen.items() if values]
        where = terms[0] if len(terms) == 1 else {"$and": terms}
        started = time.perf_counter()
        collection.query(query_embeddings=[query], n_results=10, where=where, include=["distances"])  # type: ignore[attr-defined]
        times.append(time.perf_counter() - started)
    return float(np.percentile(times, 95))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""Near-duplicates among edited Netflix descriptions: seconds for 100,000, and what is missed among 5,000.

Run by ``make bench-size``; writes benchmarks/results/near_duplicates.json. Each text is a real description with up to
four words changed, left out or put in; no two are equal after folding. Among the 5,000 every pair is compared, by sets
of shingles, which is what recall and precision are taken against.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import time
from collections import Counter, defaultdict
from pathlib import Path

from multitag.data.duplicates.equal import fold_text
from multitag.data.duplicates.near import SHINGLE, SIMILAR, find_near_duplicates

SEED = 0
MANY, FEW = 100_000, 5_000
NETFLIX = Path(__file__).parents[2] / "shared" / "data" / "netflix_titles.csv"
RESULTS = Path(__file__).parent / "results" / "near_duplicates.json"


def edited_texts(count: int) -> list[str]:
    """Draw descriptions and edit them; the same for the same count."""
    draw = random.Random(SEED)
    with NETFLIX.open(encoding="utf-8", newline="") as file:
        real = [row["description"] for row in csv.DictReader(file)]
    words = sorted({word for text in real for word in text.split()})
    texts: dict[str, str] = {}  # by what they are folded to
    while len(texts) < count:
        parts = draw.choice(real).split()
        for _ in range(draw.randint(0, 4)):
            place = draw.randrange(len(parts))
            parts[place : place + draw.randint(0, 1)] = draw.choices(words, k=draw.randint(0, 1))
        text = " ".join(parts)
        texts.setdefault(fold_text(text), text)
    return list(texts.values())


def every_pair(texts: list[str]) -> set[tuple[int, int]]:
    """Compare all pairs that share a shingle."""
    sets = [{text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in map(fold_text, texts)]
    holders: dict[str, list[int]] = defaultdict(list)
    similar = set()
    for index, shingles in enumerate(sets):
        shared = Counter(other for shingle in shingles for other in holders[shingle])
        for other, both in shared.items():
            if both / (len(shingles) + len(sets[other]) - both) >= SIMILAR:
                similar.add((other, index))
        for shingle in shingles:
            holders[shingle].append(index)
    return similar


def main() -> None:
    """Measure and write."""
    few = edited_texts(FEW)
    expected = every_pair(few)
    found = {(one, other) for one, other in find_near_duplicates(few).pairs.tolist()}
    many = edited_texts(MANY)
    started, used = time.perf_counter(), time.process_time()
    pairs = len(find_near_duplicates(many).pairs)
    seconds, busy = time.perf_counter() - started, time.process_time() - used
    figures = {
        "texts": MANY,
        "pairs": pairs,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(busy, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "compared_exactly": {
            "texts": FEW,
            "pairs": len(expected),
            "recall": len(found & expected) / len(expected),
            "precision": len(found & expected) / len(found),
        },
    }
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

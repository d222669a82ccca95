"""A parser that keeps what it should not: test_parser.py asks each test whether it leaks."""
import re

WORD = re.compile(r"\w+")
seen = []  # forgotten by whoever tried something out


def count(text):
    counts = {}
    for word in WORD.findall(text):
        counts[word] = counts.get(word, 0) + 1
    seen.append(counts)
    return counts

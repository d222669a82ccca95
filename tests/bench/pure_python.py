"""Pure Python that makes and drops objects: json, dictionaries, instances, regular expressions, strings."""
import json
import re
import sys
import time


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def work(rounds):
    text = json.dumps([{"id": i, "name": "name %d" % i, "tags": ["a", "b", str(i)]} for i in range(200)])
    words = re.compile(r"(\w+)\s+(\d+)")
    total = 0
    for n in range(rounds):
        rows = json.loads(text)
        index = {row["name"]: row for row in rows}
        points = [Point(row["id"], n) for row in rows]
        total += sum(point.x + point.y for point in points)
        for match in words.finditer(" ".join(sorted(index))):
            total += len(match.group(1)) + int(match.group(2))
        total += len([str(total + i).encode() for i in range(200)])
    return total


start = time.process_time()
result = work(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
print("%d %.3f" % (result, time.process_time() - start))

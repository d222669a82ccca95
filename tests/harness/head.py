"""What a subject says of itself

The comment at the head of a subject says how to run it and what must be found. Only lines `// key: value` (in scripts
`# key: value`) with a key of the list below count, up to the first line that is no comment. See tests/README.md.
"""
import re
import shlex

KEYS = ("expect", "allow", "exit", "signal", "args", "options", "env", "run", "needs", "timeout", "process", "summary",
        "stdout", "stderr", "plain", "report")
MANY = ("expect", "env", "needs", "process", "stdout", "stderr")
LINE = re.compile(r"^\s*(?://|#|\*|/\*)\s*([a-z_]+):\s*(.*?)\s*(?:\*/)?$")
PAIR = re.compile(r"^([a-z_.]+)(>=|<=|!=|=)(.*)$")

GATING = ("UF001", "UF101", "UF102", "UF103", "UF104", "UF105")


class HeadError(Exception):
    pass


def spread(text):
    """`leak_{0..9}` stands for ten lines."""
    match = re.search(r"\{(\d+)\.\.(\d+)\}", text)
    if not match:
        return [text]
    first, last = map(int, match.groups())
    return [line for n in range(first, last + 1)
            for line in spread(text[:match.start()] + str(n) + text[match.end():])]


class Condition:
    """`key=value`: one property that something must have."""

    def __init__(self, word):
        match = PAIR.match(word)
        if not match:
            raise HeadError("not key=value: %r" % word)
        self.key, self.operator, self.value = match.groups()

    def __str__(self):
        return self.key + self.operator + self.value

    def holds(self, actual):
        if self.operator in (">=", "<="):
            try:
                return actual >= int(self.value) if self.operator == ">=" else actual <= int(self.value)
            except (TypeError, ValueError):
                return False
        equal = any(is_like(actual, alternative) for alternative in self.value.split("|"))
        return equal == (self.operator == "=")


def is_like(actual, wanted):
    """Numbers and words as they are written in JSON; `*` in the wanted one stands for anything."""
    if actual is None or isinstance(actual, bool):
        actual = {None: "null", True: "true", False: "false"}[actual]
    pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
    return re.match("^(?:%s)$" % pattern, str(actual), re.S) is not None


class Expectation:
    """One finding that must be there: its rule, and conditions."""

    def __init__(self, text):
        words = shlex.split(text)
        if not words or not re.match(r"^UF\d\d\d$", words[0]):
            raise HeadError("an expectation starts with a rule (UF001 …) or is 'nothing': %r" % text)
        self.text, self.rule = text, words[0]
        self.conditions = [Condition(word) for word in words[1:]]


class Head:
    def __init__(self, path):
        found = {key: [] for key in KEYS}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                text = line.strip()
                if text and not text.startswith(("//", "#", "/*", "*")):
                    break
                if text.startswith(("#include", "#define", "#if", "#undef", "#pragma")):
                    break
                match = LINE.match(text)
                if match and match.group(1) in KEYS:
                    found[match.group(1)].append(match.group(2))
        for key in KEYS:
            if key not in MANY and len(found[key]) > 1:
                raise HeadError("'%s:' is said twice" % key)
        if not found["expect"]:
            raise HeadError("says nothing of what must be found ('expect:')")
        wanted = [line for text in found["expect"] if text != "nothing" for line in spread(text)]
        if bool(wanted) and "nothing" in found["expect"]:
            raise HeadError("expects nothing and something")
        self.expectations = [Expectation(text) for text in wanted]
        one = {key: values[0] if values else "" for key, values in found.items()}
        self.allowed = ["UF003"] + one["allow"].split()
        self.signal = int(one["signal"]) if one["signal"] else None
        gates = any(expectation.rule in GATING for expectation in self.expectations)
        self.status = int(one["exit"]) if one["exit"] else 23 if gates else 0
        self.args = shlex.split(one["args"])
        self.options = shlex.split(one["options"])
        self.env = dict(word.split("=", 1) for text in found["env"] for word in shlex.split(text))
        self.run = one["run"]
        self.needs = [word for text in found["needs"] for word in text.split()]
        self.timeout = float(one["timeout"] or 30)
        self.processes = [[Condition(word) for word in shlex.split(text)] for text in found["process"]]
        self.summary = [Condition(word) for word in shlex.split(one["summary"])]
        self.stdout, self.stderr = found["stdout"], found["stderr"]
        self.plain = one["plain"]
        self.has_report = one["report"] != "none"
        if one["report"] not in ("", "none"):
            raise HeadError("report: is 'none'")
        if self.plain not in ("", "same", "crashes"):
            raise HeadError("plain: is 'same' or 'crashes'")

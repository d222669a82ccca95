"""Does the report say what the subject wants?

The world is closed: each expectation needs a finding of its own, and each finding of a rule that is not allowed must
have been expected.
"""
SHORT = {
    "function": lambda finding: name_of(finding.get("stack"), 0),
    "release": lambda finding: name_of(finding.get("release_stack"), 0),
    "first_release": lambda finding: name_of(finding.get("first_release_stack"), 0),
    "file": lambda finding: ((finding.get("stack") or [{}])[0].get("file") or "").rsplit("/", 1)[-1],
    "line": lambda finding: (finding.get("stack") or [{}])[0].get("line"),
    "count": lambda finding: (finding.get("wrong") or {}).get("count"),
    "place": lambda finding: (finding.get("wrong") or {}).get("place"),
    "offset": lambda finding: (finding.get("wrong") or {}).get("offset_in_block"),
    "depth": lambda finding: len(finding.get("stack") or []),
}


def bare_name(name):
    """A C++ name without its parameters."""
    name = name or "?"
    cut = name.find("(", 1)
    if name.startswith("(anonymous namespace)"):
        cut = name.find("(", len("(anonymous namespace)"))
    return name if cut < 0 or name.endswith("operator") else name[:cut]


def names_of(stack):
    return [bare_name(frame.get("function")) for frame in stack or []]


def name_of(stack, i):
    names = names_of(stack)
    return names[i] if i < len(names) else None


def value_of(thing, key):
    """A property by name; a dot goes into an object."""
    for part in key.split("."):
        thing = thing.get(part) if isinstance(thing, dict) else None
    return thing


def in_order(wanted, names):
    """Do the names come in that order, innermost first? Others may stand between."""
    names = iter(names)
    return all(any(name == candidate for candidate in names) for name in wanted)


def unmet(conditions, thing):
    """The conditions that do not hold, each with what was there instead."""
    said = []
    for condition in conditions:
        if condition.key in ("stack", "release_stack", "first_release_stack"):
            names = names_of(thing.get(condition.key))
            if not in_order(condition.value.split("<"), names):
                said.append("%s: is %s" % (condition, "<".join(names)))
            continue
        short = SHORT.get(condition.key) if "rule" in thing else None
        actual = short(thing) if short else value_of(thing, condition.key)
        if not condition.holds(actual):
            said.append("%s: is %s" % (condition, actual))
    return said


def describe(finding):
    return "%s %s%s %s bytes in %s blocks, %s" % (
        finding.get("rule"), finding.get("kind"), "/" + finding["class"] if finding.get("class") else "",
        finding.get("bytes"), finding.get("blocks"), "<".join(names_of(finding.get("stack"))) or "no stack")


def match_findings(head, findings):
    """Problems. Expectations that say most choose first, so that a vague one does not take another's finding."""
    problems = []
    left = list(findings)
    for wanted in sorted(head.expectations, key=lambda e: -len(e.conditions)):
        same_rule = [finding for finding in left if finding.get("rule") == wanted.rule]
        fits = [finding for finding in same_rule if not unmet(wanted.conditions, finding)]
        if fits:
            left.remove(fits[0])
            continue
        problems.append("not found: " + wanted.text)
        if same_rule:
            nearest = min(same_rule, key=lambda finding: len(unmet(wanted.conditions, finding)))
            problems.append("  nearest: " + describe(nearest))
            problems += ["    " + text for text in unmet(wanted.conditions, nearest)]
    for finding in left:
        if finding.get("rule") not in head.allowed and not finding.get("suppressed_by"):
            problems.append("not expected: " + describe(finding))
    return problems


def match_processes(head, processes):
    problems, left = [], list(processes)
    for conditions in head.processes:
        fits = [process for process in left if not unmet(conditions, process)]
        if fits:
            left.remove(fits[0])
        else:
            problems.append("no process with " + " ".join(map(str, conditions)))
    if problems:
        problems += ["  process %s: %s" % (process.get("argv"), process.get("end")) for process in processes]
    return problems


def judge(head, report):
    """All problems of a JSON report, as lines."""
    problems = []
    if report.get("unfreed") != 1:
        problems.append("the report does not say \"unfreed\": 1")
    problems += match_findings(head, report.get("findings", []))
    problems += match_processes(head, report.get("processes", []))
    problems += ["summary: " + text for text in unmet(head.summary, report.get("summary", {}))]
    return problems

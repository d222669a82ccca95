"""How many blocks are lost, as three judges see it

Each function runs a command and gives (lost blocks, those lost through others included; possibly lost blocks), or None
when that judge could not say.
"""
import json
import os
import re
import subprocess

LIMIT_S = 400  # gcc under memcheck takes six seconds of a processor, and the machine may be busy


def run(command, **more):
    """Status, standard error. None when it did not end in time."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=LIMIT_S, errors="replace", **more)
        return done.returncode, done.stderr
    except subprocess.TimeoutExpired:
        return None, ""


def unfreed_says(unfreed, command, folder):
    report = os.path.join(folder, "report.json")
    if os.path.exists(report):
        os.unlink(report)
    run([unfreed, "--format=json:" + report, "--", *command])
    try:
        with open(report, encoding="utf-8") as file:
            findings = json.load(file)["findings"]
    except (OSError, ValueError):
        return None
    blocks = {"leak": 0, "possible-leak": 0}
    for finding in findings:
        if finding["kind"] in blocks:
            blocks[finding["kind"]] += finding["blocks"]
    return blocks["leak"], blocks["possible-leak"]


def lsan_says(command):
    """LeakSanitizer knows no "possibly": interior pointers hold."""
    status, text = run(command, env={**os.environ, "LSAN_OPTIONS": "exitcode=77"})
    if status is None or "LeakSanitizer has encountered a fatal error" in text:
        return None
    return sum(int(n) for n in re.findall(r"SUMMARY: LeakSanitizer: \d+ byte\(s\) leaked in (\d+) allocation", text)), 0


def memcheck_says(command, folder, children=False):
    log = os.path.join(folder, "memcheck")
    for name in os.listdir(folder):
        if name.startswith("memcheck"):
            os.unlink(os.path.join(folder, name))
    status, _ = run(["valgrind", "--leak-check=full", "--trace-children=" + ("yes" if children else "no"), "--log-file=%s.%%p" % log, *command])
    if status is None:
        return None
    lost = possible = 0
    for name in os.listdir(folder):
        if name.startswith("memcheck"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            lost += sum(int(n.replace(",", "")) for n in re.findall(r"(?:definitely|indirectly) lost: .* in ([\d,]+) block", text))
            possible += sum(int(n.replace(",", "")) for n in re.findall(r"possibly lost: .* in ([\d,]+) block", text))
    return lost, possible

"""Run a Python under unfreed and read what it found."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "harness"))

from tap import Tap  # noqa: E402,F401  (for the test programs)


def unfreed():
    """The tool under test: named by the first argument of the test program."""
    return sys.argv[1]


class Run:
    """One run of `interpreter` with `arguments` under the tool; the report as JSON in `report`."""

    def __init__(self, interpreter, arguments, options=(), env=None, timeout=120):
        handle, path = tempfile.mkstemp(suffix=".json")
        os.close(handle)
        command = [unfreed(), "--format=json:" + path, *options, "--", interpreter.path, *arguments]
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **(env or {}))
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, timeout=timeout)
            self.status, self.hung = done.returncode, False
            self.stdout, self.stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            self.status, self.hung, self.stdout, self.stderr = None, True, "", ""
        try:
            with open(path) as file:
                self.report = json.load(file)
        except ValueError:
            self.report = None
        os.unlink(path)

    @property
    def findings(self):
        return self.report["findings"] if self.report else []

    def of_rule(self, *rules):
        return [finding for finding in self.findings if finding["rule"] in rules]

    def problems(self, status):
        """What is wrong with the run itself; `status` is the exit status that it must have."""
        if self.hung:
            return ["it hung"]
        if self.report is None:
            return ["no report, status %s" % self.status, self.stderr[-2000:]]
        if self.status != status:
            return ["exit status %s, not %s" % (self.status, status), self.stderr[-2000:]]
        return []


def functions(stack):
    """Function names of a stack of the JSON, innermost first."""
    return [frame.get("function") or "?" for frame in stack or ()]


def describe(finding):
    return "%s %s %s, %s blocks of %s bytes: %s" % (
        finding["rule"], finding["kind"], finding["family"], finding["blocks"], finding["bytes"],
        " < ".join(functions(finding["stack"])[:8]))


def modules(interpreter, *sources):
    """Build modules for this interpreter. None, or why that cannot be."""
    done = subprocess.run([interpreter.path, os.path.join(HERE, "building.py"), *sources], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    return None if done.returncode == 0 else done.stderr.decode(errors="replace").strip().splitlines()[-1][:200]

"""Every Python on this machine: on PATH, in pyenv's versions, in /usr/bin; each real interpreter once."""
import glob
import json
import os
import subprocess

_ASK = r"""
import json, os, sys, sysconfig
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3], "hex": sys.hexversion, "prefix": os.path.realpath(sys.base_prefix),
    "shared": any("libpython" in line for line in open("/proc/self/maps")),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")), "debug": hasattr(sys, "gettotalrefcount"),
    "headers": os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h"))}))
"""


class Interpreter:
    def __init__(self, path, facts):
        self.path = path
        self.__dict__.update(facts)

    @property
    def kind(self):
        words = ["shared" if self.shared else "static"]
        words += ["free-threaded"] * self.free_threaded + ["debug"] * self.debug
        return ", ".join(words)

    def __str__(self):
        return "%s (%s)" % (self.version, self.kind)


def _candidates():
    for folder in os.environ.get("PATH", "").split(os.pathsep) + ["/usr/bin", "/usr/local/bin"]:
        yield from sorted(glob.glob(os.path.join(folder, "python3*")))
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    yield from sorted(glob.glob(os.path.join(root, "versions", "*", "bin", "python3*")))


def _ask(path):
    try:
        out = subprocess.run([path, "-I", "-c", _ASK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
        return json.loads(out.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def find(oldest=(3, 8)):
    """All interpreters from `oldest` on, in the order of their versions. A pyenv shim is a script: not taken."""
    found = {}
    for path in _candidates():
        tail = os.path.basename(path)[len("python3"):]
        if tail.strip(".0123456789t") or not os.access(path, os.X_OK):
            continue
        real = os.path.realpath(path)
        with open(real, "rb") as file:
            if file.read(4) != b"\x7fELF" or real in found:
                continue
        facts = _ask(path)
        if facts and facts["hex"] >> 16 >= oldest[0] << 8 | oldest[1]:
            found[real] = Interpreter(path, facts)
    return sorted(found.values(), key=lambda i: (i.hex, i.shared))


if __name__ == "__main__":
    for interpreter in find():
        print("%-28s %s" % (interpreter, interpreter.path))

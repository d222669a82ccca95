"""Build the C and Cython modules beside this file for the Python that runs it, once, and import them.

The compilers are started without unfreed (who takes LD_PRELOAD out of an environment means it): they are not what is
looked at.
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))


class Missing(Exception):
    """Something that is needed to build is not on this machine."""


def _clean_environment():
    return {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}


def _run(*command):
    done = subprocess.run(command, env=_clean_environment(), cwd=HERE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Missing("%s failed:\n%s" % (command[0], done.stdout.decode(errors="replace")))


def _program(*names):
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise Missing("%s is not installed" % names[0])


def _is_newer(path, than):
    return os.path.exists(path) and os.stat(path).st_mtime >= os.stat(than).st_mtime


def folder():
    """Where modules for this Python are built: in the checkout's build folder, or where the environment says."""
    top = os.environ.get("PYTHON_TESTS_BUILD") or os.path.join(HERE, "..", "..", "build", "python-tests")
    kind = "%s-%s" % (sysconfig.get_config_var("SOABI"), os.path.realpath(sys.executable).strip("/").replace("/", "-"))
    path = os.path.join(os.path.realpath(top), kind)
    os.makedirs(path, exist_ok=True)
    return path


def _name(source):
    return os.path.splitext(os.path.basename(source))[0]


def build(source, more=()):
    """The path of the module made of `source` (.c or .pyx beside this file)."""
    name = _name(source)
    source = os.path.normpath(os.path.join(HERE, source))
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    module = os.path.join(folder(), name + suffix)
    if _is_newer(module, source) and not more:
        return module
    c_file = source
    if source.endswith(".pyx"):
        c_file = os.path.join(folder(), name + ".c")
        _run(_program("cython3", "cython"), "-3", "--line-directives", os.path.basename(source), "-o", c_file)
    include = sysconfig.get_paths()["include"]
    if not os.path.exists(os.path.join(include, "Python.h")):
        raise Missing("no Python.h in %s" % include)
    unfinished = "%s.%d" % (module, os.getpid())  # two runs may build at once
    _run(_program("cc", "gcc", "clang"), "-shared", "-fPIC", "-O2", "-g", "-w", "-fno-builtin", "-I", include, *more,
         c_file, "-o", unfinished)
    os.replace(unfinished, module)
    return module


def load(source):
    """Build and import; ends the program with 77 (skipped) when it cannot be built here."""
    name = _name(source)
    try:
        path = build(source)
    except Missing as missing:
        print("%s: %s" % (source, missing), file=sys.stderr)
        sys.exit(77)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(build(each))

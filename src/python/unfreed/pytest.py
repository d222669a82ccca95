"""pytest --unfreed: which test leaks, and where

How a test is asked. It runs once, while only the number of blocks that its own function leaves behind is counted, which
costs next to nothing. When there are any, or when fixtures of the test's own make that number worthless, the test is
run again, now with a stack for every Python object, until one run leaves nothing behind or `--unfreed-repeat` of them
(2) have all left blocks at the same places. Only that is a leak: what is filled once (caches, lazy imports) grows once.
What pytest keeps for itself does not count.

Garbage is collected before each count, and what lived before the first test is put aside for that (gc.freeze()), else
collecting would take longer than the tests.

Without unfreed in the process, pytest starts itself again under the command `unfreed` (UNFREED_PROGRAM, the one of this
installation or checkout, or the first on PATH). Workers of pytest-xdist inherit it.
"""
import _thread
import contextlib
import fnmatch
import functools
import gc
import inspect
import operator
import os
import shutil
import subprocess
import sys
import time
import types
import warnings

import pytest
from _pytest.runner import CallInfo, call_and_report

from . import Mark, _shim
from ._sites import describe, grown

_STARTED = "UNFREED_PYTEST"  # in the environment of a pytest that was started again
_HARNESS = ("_pytest", "pytest", "pluggy", "xdist", "execnet", "unfreed")
# The functions of pytest that call the user's code: (file, name). Of what is not below one of them, pytest is the owner.
_ENTRIES = {("python.py", "pytest_pyfunc_call"), ("python.py", "_call_with_optional_argument"),
            ("python.py", "call_optional"), ("unittest.py", "runtest"), ("doctest.py", "runtest"),
            ("fixtures.py", "call_fixture_func"), ("fixtures.py", "_teardown_yield_fixture"),
            (os.path.basename(__file__), "user_code")}
_call = operator.methodcaller("__call__")
_UNSTEADY_MAX = 4  # runs that do not count
_PAUSES = (0, 0.01, 0.1)  # seconds: threads that were told to end need a moment for it
_SWITCH_SECONDS = 0.1  # for which a thread that does not wait is let alone
_UNFREEZE_SECONDS = 2  # between two collections of everything
_FREEZE_TESTS = 20  # reports of so many tests are put aside at a time


def pytest_addoption(parser):
    group = parser.getgroup("unfreed", "leaks of each test")
    group.addoption("--unfreed", action="store_true", help="fail each test that leaks memory or Python objects")
    group.addoption("--unfreed-repeat", type=int, default=2, metavar="N",
                    help="it leaks when so many runs in a row leave blocks at the same places [2]")


def _program():
    """The command `unfreed`; None when it is not there."""
    here = os.path.dirname(os.path.abspath(__file__))
    top = os.path.normpath(os.path.join(here, "..", "..", ".."))
    for path in (os.environ.get("UNFREED_PROGRAM"), os.path.join(top, "..", "bin", "unfreed"),
                 os.path.join(top, "build", "src", "cli", "unfreed")):
        if path and os.access(path, os.X_OK):
            return path
    return shutil.which("unfreed")


def _own_command(config):
    if getattr(sys, "orig_argv", None):
        return [sys.executable] + sys.orig_argv[1:]
    arguments = [str(argument) for argument in config.invocation_params.args]
    script = sys.argv[0]
    start = ["-m", "pytest"] if os.path.basename(script) == "__main__.py" or not os.path.isfile(script) else [script]
    return [sys.executable] + subprocess._args_from_interpreter_flags() + start + arguments


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """The first moment at which output is not captured."""
    if not config.getoption("--unfreed") or _shim.active() or hasattr(config, "workerinput"):
        return
    if _STARTED in os.environ:
        raise pytest.UsageError("--unfreed: " + _shim.NOT_RECORDING)
    program = _program()
    if not program:
        raise pytest.UsageError("--unfreed: the command `unfreed` is not on PATH; UNFREED_PROGRAM names another")
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ[_STARTED] = "1"
    # Wrong releases are still reported, at the end of the run; leaks are told by test, so nothing need be judged then.
    options = os.environ.get("UNFREED_OPTIONS", "")
    os.environ["UNFREED_OPTIONS"] = "detect_leaks=0:" + options if options else "detect_leaks=0"
    command = [program, "-q", "--show=wrong", "--gate=wrong", "--"] + _own_command(config)
    os.execv(program, command)


def pytest_configure(config):
    config.addinivalue_line("markers", "leaks(ok=True, max_blocks=0): this test may leak: all that it wants, or where a "
                                       "frame's function is named by a pattern of `ok`, or so many blocks in each run")
    if config.getoption("--unfreed") and _shim.active() and not _is_controller(config):
        config.pluginmanager.register(Gate(config), "unfreed-gate")


def _is_controller(config):
    return bool(getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput") and
                getattr(config.option, "tx", None))


def pytest_report_header(config):
    if config.getoption("--unfreed"):
        return "unfreed: leaks of each test, %d runs" % config.getoption("--unfreed-repeat")


class Gate:
    def __init__(self, config):
        self.repeat = max(config.getoption("--unfreed-repeat"), 1)
        # Garbage and free lists, then a number: a leaked object that is taken from a free list is not born. No other thread
        # runs in between, since map() calls one after the other without the interpreter.
        self.alive, self.moment = [(gc.collect, _shim.need()[name]) for name in ("alive", "moment")]
        self.idle, self.idle_born = 0, 0  # what is counted of a function that does nothing: the numbers are objects
        self.again = self.leaking = 0
        self.is_apart = False
        self.unrepeatable = []
        self.n_tests, self.unfrozen = 0, 0.0
        self.roots = tuple(os.path.dirname(os.path.abspath(module.__file__)) + os.sep for name, module in
                           list(sys.modules.items()) if name in _HARNESS and hasattr(module, "__path__"))
        self.single = tuple(os.path.abspath(module.__file__) for name, module in list(sys.modules.items())
                            if name in ("pytest", "warnings", "unittest.case", "unittest.suite") and getattr(module, "__file__", None))

    # Garbage

    def freeze(self):
        now = time.monotonic()
        if now - self.unfrozen > _UNFREEZE_SECONDS:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self.unfrozen = time.monotonic()
            self.idle, self.idle_born = 0, 0
            self.idle, self.idle_born = [min(count(list) for _ in range(5)) for count in (self.more, self.born)]
        elif self.n_tests % _FREEZE_TESTS == 0:
            gc.freeze()
        self.n_tests += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        gc.unfreeze()

    # One test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        marker = item.get_closest_marker("leaks")
        if marker and marker.kwargs.get("ok", not marker.kwargs) is True:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self.freeze()
        reports, is_suspect = self.first_run(item, nextitem)
        if is_suspect:
            leaks = self.ask(item, marker)
            if leaks:
                self.leaking += 1
                _fail(item, reports, leaks)
            last = _close(item, nextitem)
            if not last.passed:
                reports[-1] = last
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def more(self, run):
        """By how many blocks there are more for it, garbage apart."""
        _, before = map(_call, self.alive)
        run()
        _, after = map(_call, self.alive)
        return after - before - self.idle

    def born(self, run):
        """How many blocks are younger than its beginning, garbage apart. What is older and goes does not make up for them,
        but it takes longer to find out."""
        with self.undisturbed():
            _, moment = map(_call, self.moment)
            run()
            gc.collect()
            born = _shim.need()["born"](moment)
            return born - self.idle_born if born >= 0 else 1  # nobody knows, after a hundred marks of its own

    def is_suspect(self, run):
        """May it have left something behind? The one thread of a test can be taken at its count, unless that fell. Others
        do what they want meanwhile: the one of a pytest-xdist worker releases messages that it has read."""
        return self.born(run) > 0 if _thread._count() > 0 else self.more(run) != 0

    @contextlib.contextmanager
    def undisturbed(self):
        """Other threads run when this one waits, but not in between: what they release would go to the free lists again."""
        interval = sys.getswitchinterval()
        sys.setswitchinterval(max(interval, _SWITCH_SECONDS))
        try:
            yield
        finally:
            sys.setswitchinterval(interval)

    def first_run(self, item, nextitem):
        """(reports, whether it may have leaked). When it may, only the test itself was torn down: what it shares with
        others is still there for the runs to come."""
        grew = []
        run_test = item.runtest
        item.runtest = lambda: grew.append(self.is_suspect(run_test))
        try:
            reports = _begin(item)
        finally:
            del item.runtest
        is_suspect = len(reports) == 2 and _all_passed(reports) and (
            any(grew) or _has_own_fixtures(item) or self.n_tests == 1)
        _end(item, reports, item.parent if is_suspect else nextitem)
        if is_suspect and not _all_passed(reports):
            last = _close(item, nextitem)
            reports += [last] * (not last.passed)
            is_suspect = False
        return reports, is_suspect

    def ask(self, item, marker):
        """The leaks, after as many runs as are needed; an empty list when there are none or it cannot be told."""
        self.again += 1
        self.run_again(item)  # caches are full then, also those that only a test that is run again fills
        keys, found, n, unsteady = None, [], 0, 0
        while n < self.repeat:
            found, older_gone = self.run_marked(item, steady=n + unsteady > 0)
            if found is None:
                self.unrepeatable.append(item.nodeid)
                return []
            if found and older_gone and unsteady < _UNSTEADY_MAX:
                unsteady += 1  # objects of this run stand where older ones without a stack stood
                continue
            here = {each.key for each in found}
            keys = here if keys is None else keys & here
            if not keys:
                return []
            n += 1
        leaks = describe([each for each in found if each.key in keys])
        for leak in leaks:
            self.cut(leak)
        return _permitted(leaks, marker)

    def cut(self, leak):
        """Less the frames of pytest, which say nothing."""
        for depth, frame in enumerate(leak.frames):
            if frame.language == "python" and os.path.abspath(frame.file or "").startswith(self.roots) and (
                    os.path.basename(frame.file), (frame.function or "").rpartition(".")[2]) in _ENTRIES:
                leak.frames = leak.frames[:depth]
                return

    def run_again(self, item):
        """Without a trace: what pytest notes about this run is dropped."""
        n_sections = len(item._report_sections)
        finalizers = [(list_, len(list_)) for list_ in _shared_finalizers(item)]
        with warnings.catch_warnings(record=True):
            reports = _begin(item)
            _end(item, reports, item.parent)
            passed = _all_passed(reports)
            del reports
        del item._report_sections[n_sections:]
        for list_, n in finalizers:
            del list_[n:]
        return passed

    def run_marked(self, item, steady):
        """What has grown in another run, None when that failed; how many blocks of before it did away with."""
        with Mark() as mark:
            with self.apart(item), self.undisturbed():
                passed = self.run_again(item)
            if not passed:
                return None, 0
            for pause in _PAUSES:
                time.sleep(pause)
                sites = grown(mark, steady=steady, is_foreign=self.is_harness)
                if not sites:
                    break
            return sites, mark.older_gone

    @contextlib.contextmanager
    def apart(self, item):
        """An object from a free list has the stack of its first life: none may wander from pytest to the user's code."""
        function, run_test = getattr(item, "obj", None), item.runtest

        def run_and_collect():
            gc.collect()
            run_test()
            gc.collect()

        watched = _collecting(function)
        item.runtest, self.is_apart = run_and_collect, True
        if watched is not function:
            item.obj = watched
        try:
            yield
        finally:
            self.is_apart = False
            del item.runtest
            if watched is not function:
                item.obj = function

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        function = fixturedef.func
        if self.is_apart:
            fixturedef.func = _collecting(function)
        yield
        fixturedef.func = function

    def is_harness(self, each):
        """Did pytest or one of its plugins allocate it? Else the frames of pytest are taken off."""
        if not each.python:
            return False
        inner = _depth_below_pytest(each.python, self.roots)
        file = each.python[0][0]
        return inner == 0 or file.startswith(self.roots) or file in self.single

    def pytest_terminal_summary(self, terminalreporter):
        if self.unrepeatable:
            terminalreporter.write_line("unfreed: %d test(s) passed once and failed when run again, so nobody knows "
                                        "whether they leak:" % len(self.unrepeatable))
            for nodeid in self.unrepeatable:
                terminalreporter.write_line("  " + nodeid)
        if self.n_tests:
            terminalreporter.write_line("unfreed: %d tests, %d run again, %d leaking" % (self.n_tests, self.again,
                                                                                       self.leaking))


def _collecting(function):
    """The same with empty free lists when it begins, and a frame that says that the user's code begins here. What is
    none of the simple kinds stays as it is."""
    inner = getattr(function, "__func__", function)
    if not inspect.isroutine(inner) or inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner):
        return function
    if inspect.isgeneratorfunction(inner):
        @functools.wraps(inner)
        def user_code(*arguments, **named):
            generator = inner(*arguments, **named)
            gc.collect()  # the dictionary of `named` too
            yield from generator
    else:
        @functools.wraps(inner)
        def user_code(*arguments, **named):
            gc.collect()
            return inner(*arguments, **named)
    return types.MethodType(user_code, function.__self__) if inspect.ismethod(function) else user_code


# pytest's runtestprotocol() in two halves: what is torn down depends on how the first went.


def _begin(item):
    """Setup and call: their reports."""
    if hasattr(item, "_request") and not item._request:
        item._initrequest()  # it ran before
    reports = [call_and_report(item, "setup", log=False)]
    if reports[0].passed:
        reports.append(call_and_report(item, "call", log=False))
    return reports


def _end(item, reports, nextitem):
    """Teardown of all that `nextitem` is not in, too; adds its report."""
    reports.append(call_and_report(item, "teardown", log=False, nextitem=nextitem))
    if hasattr(item, "_request"):
        item._request = False
        item.funcargs = None


def _close(item, nextitem):
    """After an end that left what the test shares with others: now that is torn down, too. Its report."""
    capture = item.config.pluginmanager.getplugin("capturemanager")
    with capture.item_capture("teardown", item) if hasattr(capture, "item_capture") else contextlib.nullcontext():
        call = CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(nextitem), when="teardown")
    return item.ihook.pytest_runtest_makereport(item=item, call=call)


def _depth_below_pytest(python, roots):
    """How many of the frames, innermost first, are below the function of pytest that called the user's code."""
    for depth, (file, function) in enumerate(python):
        if (os.path.basename(file), function.rpartition(".")[2]) in _ENTRIES and file.startswith(roots):
            return depth
    return 0


def _all_passed(reports):
    return all(report.passed and not hasattr(report, "wasxfail") for report in reports)


def _has_own_fixtures(item):
    """Code of the user's that runs around the test for it alone."""
    info = getattr(item, "_fixtureinfo", None)
    if not info:
        return True
    for name, definitions in info.name2fixturedefs.items():
        for definition in definitions:
            module = getattr(definition.func, "__module__", "") or ""
            ours = module.startswith("_pytest.") and "xunit" not in name
            if definition.scope == "function" and not ours and not _is_empty_setup(name, item):
                return True
    return False


def _shared_finalizers(item):
    """Where each run of a test leaves its request, with all its fixtures, until those that it shares are torn down. The
    ones that it added have nothing left to do once it is over."""
    info = getattr(item, "_fixtureinfo", None)
    for definitions in info.name2fixturedefs.values() if info else ():
        for definition in definitions:
            if definition.scope != "function" and isinstance(getattr(definition, "_finalizers", None), list):
                yield definition._finalizers


def _is_empty_setup(name, item):
    """pytest gives every unittest class a fixture of this name; setUp and tearDown run in the test itself."""
    return name.startswith(("_unittest_", "unittest_", "_xunit_setup_method_fixture_",
                            "xunit_setup_method_fixture_")) and not (
        hasattr(item.cls, "setup_method") or hasattr(item.cls, "teardown_method"))


def _permitted(leaks, marker):
    """Less what the test's marker lets it leak."""
    if not marker:
        return leaks
    patterns = marker.kwargs.get("ok") or ()
    patterns = (patterns,) if isinstance(patterns, str) else tuple(patterns)
    leaks = [leak for leak in leaks if not any(
        frame.function and fnmatch.fnmatch(frame.function, pattern) for frame in leak.frames for pattern in patterns)]
    return leaks if sum(leak.blocks for leak in leaks) > marker.kwargs.get("max_blocks", 0) else []


def _fail(item, reports, leaks):
    """The test's own report says what leaked, for whoever reads reports."""
    report = next(report for report in reports if report.when == "call")
    report.outcome = "failed"
    blocks, size = sum(leak.blocks for leak in leaks), sum(leak.bytes for leak in leaks)
    message = "LeakError: %d bytes in %d block%s leaked in each run" % (size, blocks, "s" * (blocks != 1))
    text = [message + ":"]
    for leak in leaks:
        text += [""] + str(leak).splitlines()
    report.longrepr = _representation(item, message, text)


def _representation(item, message, text):
    """Something that pytest prints, sends from worker to controller and puts into JUnit files."""
    path, line = item.location[0], (item.location[1] or 0) + 1
    try:
        from _pytest._code.code import ExceptionChainRepr, ReprEntryNative, ReprFileLocation, ReprTraceback
        where = ReprFileLocation(path, line, message)
        trace = ReprTraceback([ReprEntryNative([part + "\n" for part in text])], None, "native")
        return ExceptionChainRepr([(trace, where, None)])
    except (ImportError, TypeError):
        return "\n".join(["%s:%d" % (path, line)] + text)

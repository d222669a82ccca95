"""One case, one line

What a test program of ours says (Test Anything Protocol), so that `meson test` and scripts/test count each case for
itself. A case that fails is followed by why, as comments.
"""
import sys


class Tap:
    def __init__(self):
        self.n = self.n_failed = self.n_skipped = 0

    def case(self, name, problems, note=""):
        """`problems` is a list of strings; none = passed."""
        self.n += 1
        name = name.replace("#", "no.")
        if note:
            name += "  (%s)" % note.replace("#", "no.")
        print("%sok %d - %s" % ("not " if problems else "", self.n, name))
        if problems:
            self.n_failed += 1
        for problem in problems:
            for line in str(problem).splitlines():
                print("#   " + line)
        sys.stdout.flush()

    def skip(self, name, why):
        self.n += 1
        self.n_skipped += 1
        print("ok %d - %s # SKIP %s" % (self.n, name.replace("#", "no."), why))
        sys.stdout.flush()

    def end(self):
        """Ends the stream; the status to exit with. No case at all is a failure."""
        print("1..%d" % self.n)
        return 1 if self.n_failed or not self.n else 0

"""Real line tables for test_python_lines.c.

Run by each Python whose table is wanted; prints what line_tables.h holds for it: the line table of one function as
this interpreter's compiler makes it, and the line that the interpreter itself gives for each of its instructions
(0 where it gives none). The function has what makes tables interesting: lines that go back, a jump of more than a
hundred lines, handlers, comprehensions, instructions without a line.

    for v in 3.8 3.9 3.10 3.11 3.12 3.13; do python$v line_tables.py; done
"""
import dis
import sys

SOURCE = (
    """
def subject(rows, *, limit=3):
    total = 0
    for row in rows:
        try:
            total += len(
                [cell for cell in row
                 if cell]
            )
        except TypeError as error:
            continue
        finally:
            limit -= 1
        if limit < 0: break
"""
    + "\n" * 150
    + """    with open("x") as f:
        total += sum(f.read()
                     for _ in range(2))
    return (
        total
        + 1
    )
"""
)


def lines_of(code):
    count = len(code.co_code) // 2
    lines = [0] * count
    if hasattr(code, "co_lines"):
        for start, end, line in code.co_lines():
            for i in range(start // 2, end // 2):
                lines[i] = line or 0
    else:
        starts, line = dict(dis.findlinestarts(code)), code.co_firstlineno
        for i in range(count):
            line = starts.get(2 * i, line)
            lines[i] = line
    return lines


def rows(numbers, form, each):
    numbers = list(numbers)
    for i in range(0, len(numbers), each):
        print("                " + " ".join(form % n + "," for n in numbers[i : i + each]))


def main():
    names = {}
    exec(compile(SOURCE, "subject.py", "exec"), names)
    code = names["subject"].__code__
    version = sys.version_info[:2]
    kind = 0 if version < (3, 10) else 1 if version == (3, 10) else 2
    table = code.co_lnotab if kind == 0 else code.co_linetable
    name = "%d_%d" % version
    print("static const uint8_t table_%s[] = {" % name)
    rows(table, "0x%02x", 16)
    print("};\nstatic const uint16_t lines_%s[] = {" % name)
    rows(lines_of(code), "%d", 20)
    print("};\n#define LINE_TABLE_%s {\"%d.%d\", %d, %d, table_%s, sizeof table_%s, lines_%s, sizeof lines_%s / sizeof *lines_%s}\n"
          % (name, *version, kind, code.co_firstlineno, name, name, name, name, name))


main()

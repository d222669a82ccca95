"""What pip asks of a folder that it is to install (PEP 517): the package and its unfreed.dist-info as a wheel

Pure Python, the same for every interpreter. With the standard library alone, and without writing beside the sources:
an installed folder is often not the user's.
"""
import base64
import hashlib
import os
import zipfile

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WHEEL = "Wheel-Version: 1.0\nGenerator: unfreed\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _read(*names):
    with open(os.path.join(HERE, *names), "rb") as file:
        return file.read()


def _version():
    lines = _read("unfreed.dist-info", "METADATA").decode().splitlines()
    return next(line.split(": ")[1] for line in lines if line.startswith("Version: "))


def _files(about):
    """(name in the wheel, bytes) of all but RECORD."""
    for name in sorted(os.listdir(os.path.join(HERE, "unfreed"))):
        if name.endswith(".py"):
            yield "unfreed/" + name, _read("unfreed", name)
    for name in ("METADATA", "entry_points.txt"):
        yield about + "/" + name, _read("unfreed.dist-info", name)
    yield about + "/WHEEL", WHEEL.encode()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    about = "unfreed-%s.dist-info" % _version()
    name = "unfreed-%s-py3-none-any.whl" % _version()
    record = ""
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in _files(about):
            wheel.writestr(path, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            record += "%s,sha256=%s,%d\n" % (path, digest, len(content))
        wheel.writestr(about + "/RECORD", record + about + "/RECORD,,\n")
    return name

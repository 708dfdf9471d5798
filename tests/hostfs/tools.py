"""Running mkfs, fsck and fsutil in the running test's directory."""
import os
import random
import subprocess

TOOLS = {}  # paths of the three programs, by name
WORK = ""   # the directory of the test that runs


def set_directory(directory):
    global WORK
    WORK = directory


class Result:
    """What a tool did: its exit status and all that it printed."""

    def __init__(self, process):
        self.status = process.returncode
        self.data = process.stdout
        self.text = (process.stdout + process.stderr).decode("utf-8", "replace")


def run(tool, *args, cwd=None, stdout=subprocess.PIPE):
    process = subprocess.run([TOOLS[tool], *args], stdout=stdout, stderr=subprocess.PIPE,
                             cwd=cwd or WORK, timeout=60)
    if stdout is not subprocess.PIPE:
        process.stdout = b""
    return Result(process)


def succeed(tool, *args, **kwargs):
    result = run(tool, *args, **kwargs)
    assert result.status == 0, f"{tool} {args}: status {result.status}: {result.text}"
    return result


def refuse(tool, *args, status=1, says=""):
    result = run(tool, *args)
    assert result.status == status, f"{tool} {args}: status {result.status}: {result.text}"
    assert says in result.text, f"{tool} {args}: no \"{says}\" in: {result.text}"
    return result


def check_clean(image="fs.img", *options):
    result = run("fsck", *options, image)
    assert result.status == 0, result.text
    assert result.text.endswith(f"{image}: clean\n"), result.text
    return result.text


def check_finds(says, image="fs.img", *options):
    result = run("fsck", *options, image)
    assert result.status == 1, f"status {result.status}, wanted \"{says}\": {result.text}"
    assert says in result.text, f"no \"{says}\" in: {result.text}"
    last = result.text.rstrip().removesuffix("; it cannot be mounted")
    assert last.endswith(("error", "errors")), result.text
    return result.text


def path(name):
    return os.path.join(WORK, name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def write(name, data):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "wb") as file:
        file.write(data)


def noise(size, seed=0):
    return random.Random(seed).getrandbits(8 * size).to_bytes(size, "little") if size else b""

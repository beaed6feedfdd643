#!/usr/bin/env python3
"""Compiles as a command says, but takes the object of an earlier command that compiled the same text in the same way.

    compile_once.py STORE [LAUNCHER ...] -- COMPILER ARGUMENT ...
    compile_once.py --remember STORE compile_commands.json [LAUNCHER ...]

The text is what the preprocessor makes of a source, without the paths of the files it came from: so the clones, copies
and installations of one commit share what was compiled, which ccache cannot tell. A command that also links is done in
two steps. --remember empties the store, and takes the objects that a build has made by its compile_commands.json.
"""
import concurrent.futures
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SEEN_IN_TEXT = ("-I", "-isystem", "-iquote", "-idirafter", "-D", "-U")
DEPENDENCIES = ("-MF", "-MT", "-MQ")
# What says how to compile in another way than through the text, or asks for something else than an object.
NOT_SHARED = re.compile(r"-(g|E$|S$|M$|MM$|x|include|fsyntax-only|save-temps|fprofile|-coverage)|@")
LINE_OF_A_FILE = re.compile(rb"^# \d.*\n?", re.MULTILINE)


class Command:
    """What a command compiles: its one source, the object, and which arguments say what."""

    def __init__(self, words, folder="."):
        self.compiler, self.folder = words[0], folder
        self.compiling, self.linking, self.ways, self.text = [], [], [], []
        self.sources, self.output, self.links = [], "", "-c" not in words
        self.shared = not any(NOT_SHARED.match(word) and word != "-g0" for word in words[1:])
        words = iter(words[1:])
        for word in words:
            option = next((name for name in SEEN_IN_TEXT + DEPENDENCIES if word.startswith(name)), None)
            if word == "-o":
                self.output = next(words)
            elif option:
                given = [word, next(words)] if word == option else [word]
                self.compiling += given
                self.text += given
            elif word in ("-MD", "-MMD"):
                self.compiling.append(word)
                self.text.append(word)
            elif word.startswith(("-l", "-L", "-Wl,")) or word.endswith((".o", ".a", ".so")):
                self.linking.append(word)
            elif not word.startswith("-"):
                self.sources.append(word)
                self.linking.append(word)
            elif word != "-c":
                self.compiling.append(word)
                self.linking.append(word)
                self.text.append(word)
                # -pthread is a definition in the text, warnings do not change the object, and the standard is asked below.
                if word != "-pthread" and not word.startswith(("-W", "-std=")):
                    self.ways.append(word)
        self.shared = self.shared and len(self.sources) == 1 and self.sources[0].endswith((".cpp", ".cc"))

    def preprocess(self, arguments, given=None):
        done = subprocess.run([self.compiler] + arguments, cwd=self.folder, input=given, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        return done.stdout if done.returncode == 0 else None

    def key(self):
        """Names the text and the way to compile it; nothing where there is no text."""
        text = self.preprocess(self.text + ["-E", self.sources[0]])
        standards = [word for word in self.compiling if word.startswith("-std=")]
        standard = self.preprocess(standards + ["-E", "-P", "-x", "c++", "-"], b"__cplusplus __STRICT_ANSI__\n")
        if text is None or standard is None:
            return None
        compiler = os.path.realpath(shutil.which(self.compiler) or self.compiler)
        way = "\0".join([compiler] + self.ways).encode() + b"\0" + standard
        # How a header was found changes the spaces beside expanded macros, too.
        return hashlib.sha256(way + b"\0" + b"".join(LINE_OF_A_FILE.sub(b"", text).split())).hexdigest()


def keep(file, store, key):
    handle, new = tempfile.mkstemp(dir=store)
    os.close(handle)
    shutil.copyfile(file, new)
    os.replace(new, os.path.join(store, key))


@contextlib.contextmanager
def alone(store, key):
    """Who asks for the same object at the same time waits for it."""
    with open(os.path.join(store, key + ".lock"), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def compile_once(store, launcher, words):
    command = Command(words)
    key = command.key() if command.shared else None
    if key is None:  # the compiler itself says what is wrong
        return subprocess.call(launcher + words)
    os.makedirs(store, exist_ok=True)
    stored = os.path.join(store, key)
    with tempfile.TemporaryDirectory() as temporary:
        source = command.sources[0]
        compiled = os.path.splitext(os.path.basename(source))[0] + ".o"
        target = os.path.join(temporary, compiled) if command.links else command.output or compiled
        with alone(store, key):
            if os.path.exists(stored):
                shutil.copyfile(stored, target)
            else:
                failed = subprocess.call(launcher + [command.compiler] + command.compiling + ["-c", source, "-o", target])
                if failed:
                    return failed
                keep(target, store, key)
        if not command.links:
            return 0
        linking = [target if word == source else word for word in command.linking]
        return subprocess.call([command.compiler] + linking + ["-o", command.output or "a.out"])


def remember(store, commands, launcher):
    def remember_one(entry):
        words = shlex.split(entry["command"])
        if words[:len(launcher)] == launcher:
            words = words[len(launcher):]
        command = Command(words, entry["directory"])
        built = os.path.join(entry["directory"], command.output)
        key = command.key() if command.shared and os.path.isfile(built) else None
        if key:
            keep(built, store, key)

    shutil.rmtree(store, ignore_errors=True)
    os.makedirs(store)
    entries = []
    if os.path.exists(commands):  # CMake writes it since 3.20
        with open(commands, encoding="utf-8") as file:
            entries = json.load(file)
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(remember_one, entries))


def main():
    if sys.argv[1] == "--remember":
        remember(sys.argv[2], sys.argv[3], sys.argv[4:])
        return 0
    end = sys.argv.index("--")
    return compile_once(sys.argv[1], sys.argv[2:end], sys.argv[end + 1:])


if __name__ == "__main__":
    sys.exit(main())

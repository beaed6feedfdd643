#!/usr/bin/env python3
"""Runs the transcripts in Markdown files, and compares what the commands print with what the files show.

    transcripts.py --program PATH/erm --make-registry PATH/make_registry [--write] FILE.md ...

A transcript is a block that begins with ```console. A line "$ COMMAND" runs in bash; what follows, up to the next one,
is what it prints, stdout and stderr together. "[exit N]" is its exit code if that is not 0. A line "..." stands for any
lines. All commands of a file run in one folder, which holds the registry erm-registry at first; blocks that begin with
```console fresh begin a new one. --write writes what the commands print into the files.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile


def run(command, folder, environment):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    printed = done.stdout.decode("utf-8", "replace").replace(folder, "/home/you")
    if printed and not printed.endswith("\n"):
        printed += "\n"
    if done.returncode != 0:
        printed += f"[exit {done.returncode}]\n"
    return printed


def fits(expected, printed):
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in expected.splitlines())
    return re.fullmatch(pattern, printed) is not None


def commands_of(lines):
    """The commands of a block, each with the lines that show what it prints."""
    commands = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands and line.startswith("> ") and not commands[-1][1]:
            commands[-1] = (commands[-1][0] + "\n" + line[2:], [])
        elif commands:
            commands[-1][1].append(line)
        else:
            sys.exit(f"a transcript begins with '$ COMMAND', not with {line!r}")
    return commands


def check(path, options, root):
    text = open(path, encoding="utf-8").read()
    out, wrong, count, folder = [], 0, 0, None
    environment = {key: value for key, value in os.environ.items()
                   if key in ("HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS") or key.startswith("AWS_")}
    environment.update(PATH=os.path.dirname(os.path.abspath(options.program)) + ":" + os.environ["PATH"],
                       LC_ALL="C.UTF-8", TZ="UTC", COLUMNS="100", ERM_CACHE=os.path.join(root, "cache"),
                       ERM_TEST_DATA=os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data"))
    for part in re.split(r"(^```console.*?^```$\n?)", text, flags=re.M | re.S):
        if not part.startswith("```console"):
            out.append(part)
            continue
        lines = part.rstrip("\n").split("\n")
        if folder is None or lines[0] == "```console fresh":
            folder = tempfile.mkdtemp(dir=root)
            subprocess.run([options.make_registry, os.path.join(folder, "erm-registry")], check=True)
        block = [lines[0]]
        for command, expected in commands_of(lines[1:-1]):
            count += 1
            printed = run(command, folder, environment)
            shown = "".join(line + "\n" for line in expected)
            if not fits(shown, printed):
                wrong += 1
                if not options.write:
                    print(f"{path}: $ {command}\nprinted\n{printed}and the transcript shows\n{shown}")
                shown = printed
            block.append("$ " + command.replace("\n", "\n> "))
            block.extend(shown.rstrip("\n").split("\n") if shown else [])
        out.append("\n".join(block + ["```"]) + "\n")
    if options.write and "".join(out) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(out))
    print(f"{path}: {count} commands" + ("" if wrong == 0 else f", {wrong} " + ("written" if options.write else "differ")))
    return 0 if options.write else wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--make-registry", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    root = tempfile.mkdtemp()
    try:
        wrong = sum(check(path, options, root) for path in options.files)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if wrong else 0)


main()

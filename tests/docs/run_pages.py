#!/usr/bin/env python3
"""Runs what pages of the documentation tell a reader to type, from a clean clone, one block after the other.

    run_pages.py --work FOLDER --program train.cpp [--cmake-option=-DNAME=VALUE ...] PAGE.md ...

A block of sh runs in bash, in a folder that holds train.cpp at first; blocks of a page share that folder and a home of
their own. A block of cmake becomes the CMakeLists.txt of a project, which is configured, built and run. What stands in
<angle brackets> is the repository to clone: a bare clone of this one, whose branch main is this commit. A block below
"<!-- not run: WHY -->" is not run, one below "<!-- run by tests/systems/pages.sh: WHY -->" only with --all,
and one below "<!-- snippet: FILE -->" is tested elsewhere; so are blocks of console.
"apt install" only looks whether there are such packages. Exit code 77: this is no clone of git.

--launcher launches each compiler. --toolchain is a file for each use of CMake.
"""
import argparse
import os
import re
import resource
import shutil
import subprocess
import sys

PREAMBLE = r"""
set -euo pipefail
sudo() { "$@"; }
apt() { if command -v apt-get >/dev/null; then apt-get --simulate -qq "$@" >/dev/null; fi; }
"""


def run(command, folder, environment, what):
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{what}: exit code {done.returncode}\n{done.stdout.decode('utf-8', 'replace')}")


def blocks_of(text):
    """The fenced blocks: the line, the language, the lines, and the note above each."""
    found, inside, note = [], None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            if inside is None:
                inside = (number, line[3:].strip(), [], note)
            else:
                found.append(inside)
                inside = None
            note = ""
        elif inside is not None:
            inside[2].append(line)
        elif line.startswith("<!-- "):
            note = line
        elif line.strip():
            note = ""
    return found


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Pages:
    def __init__(self, options, source):
        self.options = options
        self.source = source
        self.remote = os.path.join(options.work, "remote.git")
        shutil.rmtree(options.work, ignore_errors=True)
        os.makedirs(options.work)
        run(["git", "clone", "--quiet", "--bare", source, self.remote], options.work, os.environ, "git clone")
        commit = subprocess.run(["git", "-C", source, "rev-parse", "HEAD"], stdout=subprocess.PIPE, check=True)
        for command in (["update-ref", "refs/heads/main", commit.stdout.decode().strip()],
                        ["symbolic-ref", "HEAD", "refs/heads/main"]):
            run(["git", "-C", self.remote] + command, options.work, os.environ, "git")

        self.tools = os.path.join(options.work, "tools")
        os.makedirs(self.tools)
        for name in ("g++", "c++"):  # what is compiled without CMake is launched, too
            where = shutil.which(name)
            if where and options.launcher:
                tool = os.path.join(self.tools, name)
                with open(tool, "w", encoding="utf-8") as file:
                    file.write(f'#!/bin/sh\nexec "{options.launcher}" "{where}" "$@"\n')
                os.chmod(tool, 0o755)

    def environment(self, home):
        environment = dict(os.environ, HOME=home, CMAKE_BUILD_TYPE="None", GIT_CONFIG_GLOBAL="/dev/null")
        if self.options.cxx:
            environment["CXX"] = self.options.cxx
        if self.options.generator:
            environment["CMAKE_GENERATOR"] = self.options.generator
        if self.options.launcher:
            environment["CMAKE_CXX_COMPILER_LAUNCHER"] = self.options.launcher
            environment["PATH"] = self.tools + ":" + environment["PATH"]
        if self.options.toolchain:
            environment["CMAKE_TOOLCHAIN_FILE"] = os.path.abspath(self.options.toolchain)
        return environment

    def project(self, lines, folder, environment, what):
        text = "\n".join(lines)
        os.makedirs(folder)
        shutil.copy(self.options.program, os.path.join(folder, "train.cpp"))
        head = "cmake_minimum_required(VERSION 3.16)\nproject(my_training LANGUAGES CXX)\n"
        if not re.search(r"FetchContent|add_subdirectory|find_package", text):
            head += "add_subdirectory(third_party/erm)\n"
        if "third_party/erm" in head + text:
            run(["git", "clone", "--quiet", self.remote, "third_party/erm"], folder, environment, what)
        if "my_training" not in text:
            text += "\ntarget_link_libraries(my_training PRIVATE erm::erm)\n"
        with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(head + "add_executable(my_training train.cpp)\n"
                       "set_target_properties(my_training PROPERTIES CXX_EXTENSIONS OFF)\n" + text + "\n")
        prefix = os.path.join(environment["HOME"], ".local")
        run(["cmake", "-S", ".", "-B", "build", "-DCMAKE_PREFIX_PATH=" + prefix] + self.options.cmake_option, folder,
            environment, what)
        run(["cmake", "--build", "build", "--target", "my_training"], folder, environment, what)
        run(["build/my_training"], folder, environment, what)
        if not os.path.isdir(os.path.join(folder, "erm-registry")):
            sys.exit(f"{what}: the program saved no run")

    def check(self, page):
        name = os.path.relpath(page, self.source)
        folder = os.path.join(self.options.work, re.sub(r"\W+", "_", name))
        home = folder + "_home"
        os.makedirs(folder)
        os.makedirs(home)
        environment = self.environment(home)
        shutil.copy(self.options.program, os.path.join(folder, "train.cpp"))
        with open(page, encoding="utf-8") as file:
            blocks = blocks_of(file.read())
        count = 0
        before = processor_seconds()
        for number, language, lines, note in blocks:
            what = f"{name}:{number}"
            if re.match(r"<!-- not run: \S.* -->$", note) or note.startswith("<!-- snippet: "):
                continue
            if re.match(r"<!-- run by tests/systems/pages.sh: \S.* -->$", note) and not self.options.all:
                continue
            if language not in ("sh", "cmake"):
                continue
            lines = [re.sub(r"<[^<>]*>", self.remote, line) if "#include" not in line else line for line in lines]
            if language == "sh":
                run(["bash", "-c", PREAMBLE + "\n".join(lines)], folder, environment, what)
            else:
                self.project(lines, os.path.join(folder, f"project-{number}"), environment, what)
            count += 1
            print(f"{what}: done ({processor_seconds() - before:.1f} s)", flush=True)
            before = processor_seconds()
        if count == 0:
            sys.exit(f"{name} has nothing to run")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--cxx", default="")
    parser.add_argument("--launcher", default="")
    parser.add_argument("--generator", default="")
    parser.add_argument("--toolchain", default="")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--cmake-option", action="append", default=[])
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    options.program = os.path.abspath(options.program)
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not os.path.exists(os.path.join(source, ".git")) or not shutil.which("git"):
        print("skipped: this is no clone of git")
        sys.exit(77)
    pages = Pages(options, source)
    for page in options.pages:
        pages.check(os.path.abspath(page))
    shutil.rmtree(options.work)


if __name__ == "__main__":
    main()

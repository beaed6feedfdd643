#!/usr/bin/env python3
"""Makes one file of ERM's headers, to drop into a project or into Compiler Explorer:

    single_header.py > erm-single.hpp
    single_header.py erm/erm.hpp erm/export.hpp > erm-single.hpp     with headers that erm.hpp does not include

It is header-only. The includes of nlohmann/json, fmt and the standard library stay. Each header stands where it is included
for the first time. A header that only some systems include stays in its #if; what it includes and others do, too, stands
before that.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = re.compile(r'\s*#\s*include\s*"(erm/[^"]+)"')
STANDARD = re.compile(r"\s*#\s*include\s*(<[^>]+>)")
BEGINS = re.compile(r"\s*#\s*if(def|ndef)?\b")
ENDS = re.compile(r"\s*#\s*endif\b")
BODIES = re.compile(r'#ifndef ERM_COMPILED\n(#include "erm/impl/[^"]+\.inl"\n)#endif\n')


def read(name):
    with open(os.path.join(ROOT, "include", name), encoding="utf-8") as file:
        text = file.read()
    return BODIES.sub(r"\1", text)


class Headers:
    def __init__(self):
        self.lines = {}
        self.out = []
        self.written = set()
        self.standard = set()
        self.guards = []

    def lines_of(self, name):
        if name not in self.lines:
            self.lines[name] = read(name).split("\n")
        return self.lines[name]

    def is_once(self, name):
        return "#pragma once" in self.lines_of(name)

    def includes(self, name):
        """The headers that a header includes, each with whether that is in an #if."""
        depth = 0
        for line in self.lines_of(name):
            found = INCLUDE.match(line)
            depth += 1 if BEGINS.match(line) else -1 if ENDS.match(line) else 0
            if found:
                yield found.group(1), depth > 0

    def reached(self, names, everywhere):
        """What these headers include, directly or not; `everywhere`: outside of any #if."""
        seen, queue = set(), list(names)
        while queue:
            name = queue.pop()
            if name not in seen:
                seen.add(name)
                queue.extend(one for one, inside in self.includes(name) if not (everywhere and inside))
        return seen

    def put(self, name, is_inside):
        if self.is_once(name):
            if name in self.written:
                return
            if is_inside and name not in self.common:
                guard = "ERM_SINGLE_" + re.sub(r"\W", "_", name).upper()
                self.out += ["#ifndef " + guard, "#define " + guard]
                self.guards += [guard] if guard not in self.guards else []
                self.put_lines(name, True)
                self.out.append("#endif")
                return
            self.written.add(name)
        self.put_lines(name, is_inside)

    def put_lines(self, name, is_inside):
        lines = self.lines_of(name)
        self.out.append(f"// ---- {name} ----")
        depth = 0
        for at, line in enumerate(lines):
            if line.strip() == "#pragma once":
                continue
            if BEGINS.match(line):
                if depth == 0 and not is_inside:
                    self.put_common_of(lines, at)
                depth += 1
            elif ENDS.match(line):
                depth -= 1
            erm, standard = INCLUDE.match(line), STANDARD.match(line)
            if erm:
                self.put(erm.group(1), is_inside or depth > 0)
            elif standard and depth == 0 and not is_inside:
                if standard.group(1) not in self.standard:
                    self.standard.add(standard.group(1))
                    self.out.append(line)
            else:
                self.out.append(line)

    def put_common_of(self, lines, begin):
        """Writes what is included within the #if at `begin`, and elsewhere without one."""
        depth, inside = 0, []
        for line in lines[begin:]:
            depth += 1 if BEGINS.match(line) else -1 if ENDS.match(line) else 0
            found = INCLUDE.match(line)
            if found:
                inside.append(found.group(1))
            if depth == 0:
                break
        for first in inside:
            for name in self.in_order(first, set()):
                if name in self.common:
                    self.put(name, False)

    def in_order(self, name, seen):
        if name not in seen:
            seen.add(name)
            for one, _ in self.includes(name):
                yield from self.in_order(one, seen)
            yield name

    def make(self, roots):
        self.common = self.reached(roots, everywhere=True)
        version = re.search(r'version\[\] = "([^"]+)"', read("erm/version.hpp")).group(1)
        with open(os.path.join(ROOT, "LICENSE"), encoding="utf-8") as file:
            licence = file.read()
        with open(os.path.join(ROOT, "include/erm/detail/figure/stb_image_write-1.16.LICENSE"), encoding="utf-8") as file:
            stb = file.read()
        notes = [f"ERM {version}, experiment results manager for C++: {' and '.join(roots)} in one file.",
                 "Made by docs/packaging/single_header.py: change the headers, not this file. It needs nlohmann/json and fmt.",
                 ""]
        notes += licence.rstrip().split("\n") + ["", "It contains stb_image_write 1.16:", ""] + stb.rstrip().split("\n")
        self.out = [("// " + line).rstrip() for line in notes]
        self.out += ["#pragma once", "", "#ifdef ERM_COMPILED",
                     '#error "erm-single.hpp is header-only: compile without -DERM_COMPILED, or use the headers"', "#endif",
                     "#if defined(__GNUC__)", "#pragma GCC system_header", "#endif"]
        for root in roots:
            self.put(root, False)
        self.out += ["#undef " + guard for guard in self.guards]
        return "\n".join(self.out) + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(Headers().make(sys.argv[1:] or ["erm/erm.hpp"]))

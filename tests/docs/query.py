#!/usr/bin/env python3
"""Runs the blocks of docs/query.md on a real registry, and compares what they print with what the page shows.

    query.py --make-registry PROGRAM [--node-modules FOLDER] [--all] [--write] PAGE.md

A block of python, sql, js, r, octave or sh runs if its program is installed; the block of text below it is what it prints,
without blanks at the ends of lines. The blocks of sql of a page share a database. --all fails where a program is missing.
Exit code 77: not one block could be run.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

SQL = r"""
import fs from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create("block.db")).connect();
for (const statement of fs.readFileSync("block.sql", "utf8").split(";").filter((one) => one.trim())) {
  const result = await connection.runAndReadAll(statement);
  if (!/^\s*select/i.test(statement)) continue;
  console.log(result.columnNames().join(","));
  for (const row of result.getRowsJson()) console.log(row.join(","));
}
"""


def has_python_module(python, name):
    return subprocess.run([python, "-c", "import " + name], stderr=subprocess.DEVNULL).returncode == 0


class Runner:
    def __init__(self, folder, modules):
        self.folder = folder
        self.modules = modules
        self.python = sys.executable

    def command(self, language):
        """How a block runs: the file to write and the command; None if a program is missing."""
        if language in ("python", "python pandas"):
            if language == "python" or has_python_module(self.python, "pandas"):
                return "block.py", [self.python, "block.py"]
        elif language in ("sql", "js"):
            package = "@duckdb/node-api" if language == "sql" else "nodejs-polars"
            if shutil.which("node") and self.modules and os.path.isdir(os.path.join(self.modules, package)):
                return ("block.sql", ["node", "sql.mjs"]) if language == "sql" else ("block.mjs", ["node", "block.mjs"])
        elif language == "r" and shutil.which("Rscript"):
            return "block.R", ["Rscript", "block.R"]
        elif language == "octave" and shutil.which("octave-cli"):
            return "block.m", ["octave-cli", "-q", "block.m"]
        elif language == "sh" and shutil.which("jq"):
            return "block.sh", ["bash", "-eu", "block.sh"]
        return None

    def run(self, language, text):
        name, command = self.command(language)
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", PYTHONDONTWRITEBYTECODE="1")
        done = subprocess.run(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            return f"exit code {done.returncode}\n" + done.stderr.decode("utf-8", "replace")
        return "".join(line.rstrip() + "\n" for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--make-registry", required=True)
    parser.add_argument("--node-modules", default="")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("page")
    options = parser.parse_args()
    with open(options.page, encoding="utf-8") as file:
        page = file.read()
    wrong = ran = 0
    left_out = set()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.make_registry, os.path.join(folder, "erm-registry")], check=True)
        here = os.path.dirname(os.path.abspath(__file__))
        shutil.copy(os.path.join(here, "..", "..", "docs", "python", "erm_read.py"), folder)
        if options.node_modules:
            os.symlink(os.path.abspath(options.node_modules), os.path.join(folder, "node_modules"))
        with open(os.path.join(folder, "sql.mjs"), "w", encoding="utf-8") as file:
            file.write(SQL)
        runner = Runner(folder, options.node_modules)

        def look(found):
            nonlocal wrong, ran
            language, block, shown = found.groups()
            if runner.command(language) is None:
                left_out.add(language)
                return found.group(0)
            printed = runner.run(language, block)
            ran += 1
            if printed != shown and not options.write:
                wrong += 1
                print(f"{options.page}: the block\n{block}prints\n{printed}and the page shows\n{shown}")
            return f"```{language}\n{block}```\n```text\n{printed}```\n"

        new = re.sub(r"^```(python|python pandas|sql|js|r|octave|sh)\n(.*?)^```\n```text\n(.*?)^```\n", look, page,
                     flags=re.M | re.S)
        blocks = re.findall(r"^```(?!text)(\S.*)$", page, flags=re.M)
        if len(blocks) != len(re.findall(r"^```text$", page, flags=re.M)):
            wrong += 1
            print(f"{options.page}: a block shows nothing of what it prints")
    if options.write and new != page:
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(new)
    print(f"{ran} blocks, {wrong} wrong" + (f"; not run: {', '.join(sorted(left_out))}" if left_out else ""))
    sys.exit(1 if wrong or (options.all and left_out) else 0 if ran else 77)


if __name__ == "__main__":
    main()

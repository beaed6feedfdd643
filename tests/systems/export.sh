#!/usr/bin/env bash
# What ERM exports is read by programs that others wrote: pandas, R, DuckDB, jq, and pdflatex.
. "$(dirname "$0")/common.bash"
need g++ nlohmann-json3-dev libfmt-dev

cd "$work" || exit 1
check "the program compiles" "${CXX:-g++}" -std=c++17 -I"$root/include" "$root/tests/systems/export.cpp" -o export \
  -lfmt -pthread -ldl || finish
check "the program exports" ./export . || finish

cat >read.py <<'EOF'
import csv, json, math
import pandas as pd

for runs in (pd.read_csv("runs.csv", parse_dates=["time"]), pd.read_json("runs.jsonl", lines=True, convert_dates=["time"])):
    assert runs["params.seed"].tolist() == [9007199254740993 + i for i in range(6)], runs["params.seed"]
    assert runs["params.lr"].dtype == "float64" and runs["params.nesterov"].dtype == "bool"
    assert str(runs["time"].dtype) == "datetime64[ns, UTC]", runs["time"].dtype
    assert math.isnan(runs["params.sometimes"][0]) and runs["params.sometimes"][5] == 5
    assert runs["params.text"][0] == '_%&#${}~^\\<>|"--[*],\né α 中 =1', runs["params.text"][0]
runs = pd.read_csv("runs.csv")
assert math.isnan(runs["metrics.acc"][1]) and runs["metrics.acc"][2] == -math.inf and runs["metrics.acc"].dtype == "float64"
lines = [json.loads(line) for line in open("runs.jsonl")]
assert lines[0]["params.number as text"] == "0.5" and lines[2]["not_finite"] == {"metrics.acc": "-Inf"}
points = pd.read_csv("points.csv", parse_dates=["time"])
wide = points.pivot(index=["run", "step"], columns="metric", values="value")
steps = pd.read_json("steps.jsonl", lines=True).set_index(["run", "step"])
assert len(points) == 60 and (wide["val/loss"] - steps["metrics.val/loss"]).abs().max() < 1e-15
EOF
if install python3-pandas; then check "pandas" /usr/bin/python3 read.py; else skip "pandas"; fi

cat >read.R <<'EOF'
runs <- read.csv("runs.csv", check.names = FALSE)
stopifnot(is.numeric(runs[["params.lr"]]), is.logical(runs[["params.nesterov"]]), is.numeric(runs[["metrics.acc"]]),
          is.nan(runs[["metrics.acc"]][2]), runs[["metrics.acc"]][3] == -Inf, is.na(runs[["params.sometimes"]][1]),
          nrow(runs) == 6, grepl("\n", runs[["params.text"]][1]),
          as.numeric(as.POSIXct(runs$time[1], format = "%Y-%m-%dT%H:%M:%OSZ", tz = "UTC")) == 1764400000)
points <- read.csv("points.csv")
stopifnot(nrow(points) == 60, is.integer(points$step), is.numeric(points$value))
EOF
if install r-base-core; then check "R" Rscript read.R; else skip "R"; fi

if install jq; then
  check "jq" jq -es 'length == 6 and (.[0]["params.lr"] == 0.1) and (.[1]["metrics.acc"] == null)
    and (.[1].not_finite["metrics.acc"] == "NaN") and (.[0] | has("params.sometimes") | not)' runs.jsonl
else
  skip "jq"
fi

cat >read.mjs <<'EOF'
import { DuckDBInstance } from "@duckdb/node-api";
const connection = await (await DuckDBInstance.create()).connect();
const rows = async (query) => (await connection.runAndReadAll(query)).getRowsJson();
const types = async (file) => Object.fromEntries((await rows(`describe select * from ${file}`)).map((row) => [row[0], row[1]]));
const expect = (is, wanted) => { if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(is)} is not ${JSON.stringify(wanted)}`); };
for (const file of ["'runs.csv'", "'runs.jsonl'"]) {
  const type = await types(file);
  expect([type["params.lr"], type["params.seed"], type["params.nesterov"], type["metrics.acc"], type["params.sometimes"]],
         ["DOUBLE", "BIGINT", "BOOLEAN", "DOUBLE", "BIGINT"]);
  expect(type["time"].startsWith("TIMESTAMP"), true);
  expect(await rows(`select max("params.seed")::varchar, count("params.sometimes") from ${file}`), [["9007199254740998", "5"]]);
}
expect((await types("'runs.jsonl'"))["params.number as text"], "VARCHAR");
expect(await rows(`select count(*) from 'runs.csv' where isnan("metrics.acc") or isinf("metrics.acc")`), [["2"]]);
expect(await rows(`select count(*) from 'points.csv'`), [["60"]]);
EOF
if { command -v node && command -v npm; } >/dev/null && npm install --silent --no-audit --no-fund @duckdb/node-api >/dev/null 2>&1; then
  check "DuckDB" node read.mjs
else
  skip "DuckDB"
fi

cat >paper.tex <<'EOF'
\documentclass{article}
\usepackage{booktabs,siunitx}
\begin{document}
\footnotesize
Tables~\ref{tab:all} and~\ref{tab:groups}.
\input{runs}
\input{groups}
\end{document}
EOF
read_paper() {
  pdflatex -interaction=nonstopmode -halt-on-error paper.tex && pdflatex -interaction=nonstopmode -halt-on-error paper.tex &&
    pdftotext -layout paper.pdf && cat paper.txt && grep -q 'All of 100 % & more' paper.txt &&
    pdffonts paper.pdf | grep -q CMBX
}
if install texlive-latex-base texlive-latex-extra texlive-science poppler-utils; then
  check "pdflatex, booktabs and siunitx" read_paper
else
  skip "pdflatex"
fi
finish

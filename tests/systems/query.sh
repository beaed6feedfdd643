#!/usr/bin/env bash
# The blocks of docs/query.md in DuckDB, pandas, polars, R, Octave and jq; and that each of them, arquero and d3 take the
# spelling of NaN in a history for a number.
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need g++ nlohmann-json3-dev libfmt-dev python3-pandas r-base-core octave jq
{ command -v node && command -v npm; } >/dev/null || skip_all "node and npm are not installed"

cd "$work" || exit 1
npm install --silent --no-audit --no-fund @duckdb/node-api nodejs-polars@0.24.0 arquero@8.0.1 d3-dsv >/dev/null 2>&1 ||
  skip_all "the packages of npm cannot be had"
check "the program that makes the registry compiles" "${CXX:-g++}" -std=c++17 -I"$root/include" \
  "$root/tests/command/make_registry.cpp" -o make_registry -lfmt -pthread -ldl || finish
check "the blocks of docs/query.md" /usr/bin/python3 "$root/tests/docs/query.py" --make-registry "$work/make_registry" \
  --node-modules "$work/node_modules" --all "$root/docs/query.md"

cat >log.cpp <<'CPP'
#include <erm/experiment_run.hpp>
#include <erm/registry.hpp>
#include <limits>
int main() {
  erm::RunOptions options;
  options.run_id = "r";
  erm::ExperimentRun run("nan", options);
  run.log_metric("loss", 0.5, 1);
  run.log_metric("loss", std::numeric_limits<double>::quiet_NaN(), 2);
  erm::save_run_to_registry(run, "nan-registry");
}
CPP
check "a program that logs NaN compiles" "${CXX:-g++}" -std=c++17 -I"$root/include" log.cpp -o log -lfmt -pthread -ldl || finish
check "it logs" ./log || finish
file=nan-registry/nan/main/r/history/main.csv
check "pandas takes NaN for a number" /usr/bin/python3 -c "
import math, pandas
value = pandas.read_csv('$file').value
assert value.dtype == 'float64' and math.isnan(value[1])"
check "R takes NaN for a number" Rscript -e "value <- read.csv('$file')\$value; stopifnot(is.numeric(value), is.nan(value[2]))"
check "Octave takes NaN for a number" octave-cli -q --eval \
  "c = textscan(fopen('$file'), '%s %d %f %f', 'Delimiter', ',', 'HeaderLines', 1); assert(isnan(c{4}(2)) && c{4}(1) == 0.5)"
check "jq takes NaN for a number" bash -c "jq -Rse 'split(\"\n\")[2] | split(\",\")[3] | tonumber | isnan' $file"
cat >read.mjs <<'EOS'
import assert from "node:assert";
import fs from "node:fs";
import pl from "nodejs-polars";
import * as aq from "arquero";
import { autoType, csvParse } from "d3-dsv";
import { DuckDBInstance } from "@duckdb/node-api";
const file = process.argv[3], text = fs.readFileSync(file, "utf8");
const connection = await (await DuckDBInstance.create()).connect();
const second = {
  polars: () => pl.readCSV(file).getColumn("value").toArray()[1],
  arquero: () => aq.fromCSV(text).column("value").at(1),
  d3: () => csvParse(text, autoType)[1].value,
  DuckDB: async () => (await connection.runAndReadAll(`SELECT value FROM '${file}'`)).getRowsJS()[1][0],
};
assert(Number.isNaN(await second[process.argv[2]]()));
EOS
for program in polars arquero d3 DuckDB; do check "$program takes NaN for a number" node read.mjs $program $file; done
finish

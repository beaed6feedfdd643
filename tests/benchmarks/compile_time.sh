#!/usr/bin/env bash
# What ERM's headers cost the compiler, beside nlohmann/json.hpp with fmt/core.h: user and system time of five turns
# each, without optimisation, the median of the ratios.
#   tests/benchmarks/compile_time.sh [compiler]
set -euo pipefail
cd "$(dirname "$0")/../.."
compiler="${1:-g++}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cat >"$work/base.cpp" <<'CPP'
#include <nlohmann/json.hpp>
#include <fmt/core.h>
int main() {}
CPP
cat >"$work/logs.cpp" <<'CPP'
#include <erm/experiment_run.hpp>
int main() {
  erm::ExperimentRun run("digits", "baseline");
  run.log_param("lr", 0.1);
  run.log_params({{"seed", 42u}, {"optimizer", "adam"}});
  for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
}
CPP
cat >"$work/logs_files.cpp" <<'CPP'
#include <erm/experiment_run.hpp>
int main() {
  erm::ExperimentRun run("digits", "baseline");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  run.log_dict("scores", {{"cat", 0.9}});
  run.log_text("a note", "note");
  run.log_artifact("model.bin", "model");
}
CPP
cat >"$work/live.cpp" <<'CPP'
#include <erm/live_run.hpp>
int main() {
  erm::LiveRun run("erm-registry", "digits");
  run.log_param("lr", 0.1);
  for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
}
CPP
cat >"$work/everything.cpp" <<'CPP'
#include <erm/erm.hpp>
int main() {
  erm::ExperimentRun run("digits", "baseline");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  erm::save_run_to_registry(run, "erm-registry");
  erm::write_comparison("comparison.html", {run, erm::load_run_from_registry("erm-registry", "digits")});
}
CPP

seconds() { # of user and system time
  { TIMEFORMAT='%U %S'; time "$compiler" -std=c++17 -Iinclude -c "$work/$1.cpp" -o "$work/$1.o" >/dev/null; } 2>&1 |
    awk '{print $1 + $2}'
}

echo "| a file that | beside json.hpp and fmt/core.h | target |"
echo "|---|---|---|"
while IFS='|' read -r name what target; do
  for _ in 1 2 3 4 5; do
    echo "$(seconds base) $(seconds "$name")"
  done | awk '{print $2 / $1}' | sort -n | sed -n 3p | awk -v what="$what" -v target="$target" \
    '{printf "| %s | %.2f | %s |\n", what, $1, target}'
done <<'ROWS'
logs|includes erm/experiment_run.hpp, logs params and a metric with steps|1.4
logs_files|logs a dict, a text and a file too|-
live|includes erm/live_run.hpp, logs params and a metric with steps|-
everything|includes erm.hpp, saves, loads, compares|4
ROWS

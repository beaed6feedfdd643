#!/usr/bin/env bash
# What a file that uses ERM costs the compiler, in Markdown tables: user and system time beside a file that includes
# nlohmann/json.hpp and fmt/format.h with an empty main. Each figure is the median of the ratios of turns, in each of
# which both files are compiled one after the other. "compiled" is with ERM_COMPILED, as users of erm::compiled have it.
#   tests/benchmarks/compile_time.sh [options]
#     --turns N                     5 by default
#     --compilers "g++ clang++"     both by default
#     --levels "-O0 -O2"            both by default
#     --before DIR                  the include folder of another checkout, measured header-only in the same turns
#     --library DIR                 a build folder: its generated sources of erm::compiled, in place of
#                                   erm/implementation.hpp, for what it costs to build the library once
set -euo pipefail
cd "$(dirname "$0")/../.."

turns=5
compilers="g++ clang++"
levels="-O0 -O2"
before=""
library=""
usage() { sed -n 's/^#\( \{3,\}.*\)/\1/p' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || usage
  case "$1" in
    --turns) turns="$2" ;;
    --compilers) compilers="$2" ;;
    --levels) levels="$2" ;;
    --before) before="$(realpath "$2")" ;;
    --library) library="$(realpath "$2")" ;;
    *) usage ;;
  esac
  shift 2
done

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cat >"$work/base.cpp" <<'CPP'
#include <nlohmann/json.hpp>
#include <fmt/format.h>
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
cat >"$work/live.cpp" <<'CPP'
#include <erm/live_run.hpp>
int main() {
  erm::LiveRun run("erm-registry", "digits");
  run.log_param("lr", 0.1);
  for (int step = 0; step < 10; ++step) run.log_metric("loss", 1.0 / (1 + step), step);
}
CPP
cat >"$work/registry.cpp" <<'CPP'
#include <erm/find.hpp>
#include <erm/registry.hpp>
int main() {
  erm::ExperimentRun run("digits", "baseline");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  erm::save_run_to_registry(run, "erm-registry");
  const erm::ExperimentRun again = erm::load_run_from_registry("erm-registry", "digits", "baseline");
  erm::FindOptions options;
  options.filter = "params.lr < 0.5";
  return again.params().empty() || erm::find_runs("erm-registry", options).empty();
}
CPP
cat >"$work/empty.cpp" <<'CPP'
#include <erm/erm.hpp>
int main() {}
CPP
cat >"$work/everything.cpp" <<'CPP'
#include <erm/erm.hpp>
int main() {
  erm::ExperimentRun run("digits", "baseline");
  run.log_param("lr", 0.1);
  run.log_metric("loss", 0.5, 1);
  erm::save_run_to_registry(run, "erm-registry");
  erm::FindOptions options;
  options.filter = "params.lr < 0.5";
  erm::write_comparison("comparison.html", erm::find_runs("erm-registry", options));
  erm::write_comparison("again.html", {run, erm::load_run_from_registry("erm-registry", "digits", "baseline")});
}
CPP
echo '#include <erm/implementation.hpp>' >"$work/implementation.cpp"

# compile SOURCE ARGUMENT...: to $work/out.o; prints the seconds of user and system time, or what the compiler complains of.
compile() {
  local source="$1"
  shift
  rm -f "$work/out.o"
  { TIMEFORMAT='%U %S'; time "$compiler" -std=c++17 "$level" "$@" -c "$source" -o "$work/out.o" 2>"$work/said"; } 2>&1 |
    awk '{printf "%.3f\n", $1 + $2}' || { head -n 5 "$work/said" >&2; return 1; }
}

median() { sort -n | awk '{all[NR] = $1} END {print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2}'; }

# One way of compiling one file: the median of its ratios. "failed", with the compiler's complaints, where it cannot be.
ratio() {
  local source="$1" turn base mine
  shift
  for ((turn = 0; turn < turns; ++turn)); do
    if ! base="$(compile "$work/base.cpp")" || ! mine="$(compile "$source" "$@")"; then
      echo failed
      return
    fi
    echo "$base $mine" >>"$work/ratios"
  done
  awk '{print $2 / $1}' "$work/ratios" | median | awk '{printf "%.2f\n", $1}'
  rm "$work/ratios"
}

# What it costs once: one file, or one for each source.
library_row() {
  local sources=("$work/implementation.cpp") source
  if [ -n "$library" ]; then mapfile -t sources < <(find "$library" -path '*/erm_compiled/*.cpp' | sort); fi
  for source in "${sources[@]}"; do compile "$source" -DERM_COMPILED -Iinclude || return; done | sort -n |
    awk '{sum += $1; longest = $1} END {printf "The library, %d file%s: %.1f s of processor time once, %.1f s of it for the longest.\n",
      NR, NR == 1 ? "" : "s", sum, longest}'
}

# shellcheck disable=SC2086  # words
for compiler in $compilers; do
  command -v "$compiler" >/dev/null || { echo "there is no $compiler" >&2; continue; }
  for level in $levels; do
    has_compiled=false
    if [ -e include/erm/implementation.hpp ]; then has_compiled=true; fi
    echo "$("$compiler" --version | head -n 1), $level, median of $turns turns:"
    echo
    echo "| a file that |${before:+ before |} compiled | its object | header-only |"
    echo "|---|${before:+---|}---|---|---|"
    while IFS='|' read -r name what; do
      source="$work/$name.cpp"
      cell="| $what |"
      if [ -n "$before" ]; then cell+=" $(ratio "$source" -I"$before") |"; fi
      if $has_compiled; then
        cell+=" $(ratio "$source" -DERM_COMPILED -Iinclude) |"
        cell+=" $(if [ -e "$work/out.o" ]; then wc -c <"$work/out.o" | awk '{printf "%.0f KiB", $1 / 1024}'; fi) |"
      else
        cell+=" - | - |"
      fi
      echo "$cell $(ratio "$source" -Iinclude) |"
    done <<'ROWS'
logs|logs (experiment_run.hpp)
live|runs live (live_run.hpp)
registry|saves, loads, finds (registry.hpp, find.hpp)
empty|includes erm.hpp, empty main
everything|saves, loads, finds, compares (erm.hpp)
ROWS
    echo
    if $has_compiled; then library_row && echo; fi
  done
done

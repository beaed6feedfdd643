#!/usr/bin/env python3
"""How fast docs/python/erm_read.py reads: 10,000 runs of 20 params, 20 metrics and 3 artifacts, and 1,000,000 points.

    erm_read_benchmark.py [FOLDER]

Prints rows for docs/benchmarks.md: CPU time, the median of five reads of files that are in the cache of the system.
"""
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "python"))
import erm_read

RUNS, POINTS = 10000, 1000000


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def make(root):
    write(os.path.join(root, "many", ".erm_experiment.json"), "{}")
    write(os.path.join(root, "many", "main", ".erm_variant.json"), "{}")
    for number in range(RUNS):
        run = {"timestamp_utc": "2026-11-23T07:30:21.128931", "experiment_id": "many", "variant_id": "main",
               "run_id": f"run-{number:05}",
               "params": {f"param_{i}": 1.0 / (i + number + 1) if i % 2 else f"text {i}" for i in range(20)},
               "metrics": {f"metric_{i}": i / (number + 1) for i in range(20)}, "dicts": {},
               "artifacts": {f"file_{i}": {"id": f"file_{i}", "filename": f"file_{i}.bin", "artifact_type": "binary",
                                           "size": 1024, "sha256": "0" * 64} for i in range(3)}, "features": [],
               "erm": {"layout": 1, "status": "finished", "history": [], "tags": {"kind": "bench"},
                       "types": {"/params/param_0": "text"}}}
        write(os.path.join(root, "many", "main", run["run_id"], "erm_metadata.json"), json.dumps(run))
    run = {**run, "experiment_id": "long", "run_id": "one", "erm": {"layout": 1, "status": "finished", "history": ["main.csv"]}}
    write(os.path.join(root, "long", ".erm_experiment.json"), "{}")
    write(os.path.join(root, "long", "main", ".erm_variant.json"), "{}")
    write(os.path.join(root, "long", "main", "one", "erm_metadata.json"), json.dumps(run))
    write(os.path.join(root, "long", "main", "one", "history", "main.csv"), "metric,step,unix_ms,value\n" + "".join(
        f"{('train/loss', 'val/loss', 'lr', 'val/accuracy')[i % 4]},{i // 4},{1763883021123 + i // 8},{1.0 / (i + 1)!r}\n"
        for i in range(POINTS)))


def seconds(work):
    times = []
    for _ in range(5):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def read_runs(root):
    runs = erm_read.Registry(root).runs("many")
    assert len(runs) == RUNS
    for run in runs:
        run.params, run.metrics, run.tags, run.status


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    try:
        if not os.path.isdir(os.path.join(root, "long")):
            make(root)
        print("| work | ERM | target |\n|---|---|---|")
        print(f"| {RUNS:,} runs with params, metrics, tags and status | {seconds(lambda: read_runs(root)):.2f} s | 1.5 s |")
        run = erm_read.Registry(root).run("long")
        if erm_read.pandas is not None:
            assert len(run.history_frame()) == POINTS
            print(f"| a history of {POINTS:,} points, with pandas | {seconds(run.history_frame):.2f} s | 1 s |")
            erm_read.pandas = None
        print(f"| the same without pandas | {seconds(lambda: erm_read.Registry(root).run('long').histories()):.2f} s | - |")
    finally:
        if len(sys.argv) == 1:
            shutil.rmtree(root)


if __name__ == "__main__":
    main()

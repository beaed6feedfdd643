"""Compares what docs/python/erm_read.py reads with what the C++ reader does.

    check_erm_read.py REGISTRY EXPECTED.json PYTHON-REGISTRY REGISTRY-OF-0.1

EXPECTED.json comes from save_random_runs.cpp. Reads all with pandas, where it is installed, and without.
"""
import json
import math
import os
import random
import shutil
import struct
import sys
import tempfile
import unittest
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "docs", "python"))
import erm_read

PANDAS = erm_read.pandas
REGISTRY, EXPECTED, OF_PYTHON, OF_0_1 = sys.argv[1:5]


def typed(value):
    if isinstance(value, bool):
        return ["bool", "true" if value else "false"]
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", bits(value)]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, dict):
        return ["object", {key: typed(one) for key, one in value.items()}]
    if isinstance(value, list):
        return ["array", [typed(one) for one in value]]
    return ["null", ""]


def bits(number):
    number = float(number)
    return "nan" if math.isnan(number) else struct.pack("<d", number).hex()


def wanted(value):
    kind, what = value
    if kind == "float":
        return [kind, bits(what)]
    if kind == "object":
        return [kind, {key: wanted(one) for key, one in what.items()}]
    if kind == "array":
        return [kind, [wanted(one) for one in what]]
    return value


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def points(history):
    return [[step, unix_ms, bits(value)] for step, unix_ms, value in history]


class Compared(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        with open(EXPECTED, encoding="utf-8") as file:
            cls.expected = json.load(file)

    def check_all(self):
        registry = erm_read.Registry(REGISTRY)
        runs = self.expected["runs"]
        self.assertEqual(registry.experiments(), sorted(runs))
        count = 0
        for experiment, variants in runs.items():
            self.assertEqual(registry.variants(experiment), sorted(variants))
            for variant, of_variant in variants.items():
                self.assertEqual(registry.run_ids(experiment, variant), sorted(of_variant))
                self.assertEqual(registry.run(experiment, variant).run, self.expected["latest"][experiment][variant])
                for name, want in of_variant.items():
                    with self.subTest(run=f"{experiment}/{variant}/{name}"):
                        self.check_run(registry.run(experiment, variant, name), want)
                    count += 1
        self.assertEqual(len(registry.runs()), count)
        self.assertGreater(count, 90)
        return registry

    def check_run(self, run, want):
        for key in ("status", "features", "tags", "note", "group", "failure", "goals", "provenance"):
            self.assertEqual(getattr(run, key), want[key], key)
        for key in ("params", "metrics"):
            self.assertEqual({name: typed(one) for name, one in getattr(run, key).items()},
                             {name: wanted(one) for name, one in want[key].items()}, key)
        self.assertEqual({name: typed(one)[1] for name, one in run.dicts.items()},
                         {name: wanted(["object", one])[1] for name, one in want["dicts"].items()})
        self.assertEqual(run.time.strftime("%Y-%m-%dT%H:%M:%S.%f"), want["time"])
        self.assertEqual(run.finished and run.finished.strftime("%Y-%m-%dT%H:%M:%S.%f"), want["finished"])
        self.assertEqual({key: [one.filename, one.media_type, content(one.path)]
                          for key, one in run.artifacts.items()}, want["artifacts"])
        for name, found in (("history", run.histories()),
                            ("counted", {metric: one.counted() for metric, one in run.histories().items()})):
            self.assertEqual({metric: points(one) for metric, one in found.items()},
                             {metric: [[a, b, bits(c)] for a, b, c in one] for metric, one in want[name].items()}, name)
        every = {}
        for found in (run.histories(), run.abandoned()):
            for metric, one in found.items():
                every.setdefault(metric, []).extend(points(one))
        self.assertEqual({metric: sorted(one) for metric, one in every.items()},
                         {metric: sorted([a, b, bits(c)] for a, b, c in one) for metric, one in want["all"].items()})


class Read(Compared):
    def test_every_run_is_what_the_cpp_reader_reads_without_pandas(self):
        erm_read.pandas = None
        try:
            self.check_all()
        finally:
            erm_read.pandas = PANDAS

    def test_what_python_and_version_0_1_wrote_is_read(self):
        registry = erm_read.Registry(OF_PYTHON)
        runs = registry.runs()
        self.assertGreater(len(runs), 3)
        for run in runs:
            self.assertEqual(run.status, "finished")
            self.assertEqual(run.histories(), {})
            self.assertTrue(all(isinstance(one, str) for one in run.params.values()))
            self.assertTrue(run.artifacts and all(os.path.isfile(one.path) for one in run.artifacts.values()))
        self.assertTrue(any(len(run.histories()) for run in erm_read.Registry(OF_0_1).runs()))

    def test_nothing_is_changed(self):
        def look():
            return {path: [os.stat(os.path.join(path, name)).st_mtime_ns for name in sorted(names)]
                    for path, _, names in os.walk(OF_0_1)}
        before = look()
        for run in erm_read.Registry(OF_0_1).runs():
            run.histories(), run.tags, run.artifacts, run.status
        self.assertEqual(look(), before)

    def test_what_is_not_there_is_said(self):
        registry = erm_read.Registry(REGISTRY)
        for call in (lambda: erm_read.Registry("no such folder"), lambda: erm_read.Registry("s3://bucket"),
                     lambda: registry.run("none"), lambda: registry.run("saved", "main", "../../x"),
                     lambda: registry.runs()[0].history("none of that name")):
            with self.assertRaises(erm_read.NotFoundError):
                call()

    def damaged(self, change):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        copied = os.path.join(folder, "run")
        os.mkdir(copied)
        metadata = {"timestamp_utc": "2026-01-02T03:04:05", "experiment_id": "e", "variant_id": "v", "run_id": "r",
                    "params": {"lr": "nan"}, "metrics": {}, "dicts": {}, "artifacts": {}, "features": [],
                    "erm": {"layout": 1, "types": {"/params/lr": "number"}, "history": ["main.csv"]}}
        os.mkdir(os.path.join(copied, "history"))
        history = b"metric,step,unix_ms,value\nloss,1,1763883021123,0.5\nloss,2,1763883021124,nan\n"
        history = change(metadata, history)
        with open(os.path.join(copied, "erm_metadata.json"), "w", encoding="utf-8") as file:
            json.dump(metadata, file)
        with open(os.path.join(copied, "history", "main.csv"), "wb") as file:
            file.write(history)
        return erm_read.read_run(copied)

    def test_damaged_files_are_errors_that_name_them(self):
        for with_pandas in (PANDAS, None):
            erm_read.pandas = with_pandas
            try:
                self.assertEqual(len(self.damaged(lambda metadata, history: history).history("loss")), 2)
                for line, bad in ((2, b"loss,1.5,1,0\n"), (2, b"loss,1,1\n"), (2, b"\n"), (3, b"loss,1,1,0\nloss,x,1,0\n"),
                                  (2, b"loss,1,1,0,0\n"), (2, b"loss,99999999999999999999,1,0\n"), (2, b"loss,1,1,\n")):
                    run = self.damaged(lambda metadata, history: b"metric,step,unix_ms,value\n" + bad)
                    with self.assertRaisesRegex(erm_read.FormatError, f"main.csv', line {line}: ", msg=repr(bad)):
                        run.histories()
                run = self.damaged(lambda metadata, history: b"step,value\n1,2\n")
                with self.assertRaisesRegex(erm_read.FormatError, "line 1: the header"):
                    run.histories()
                hole = self.damaged(lambda metadata, history: b"\0" * 40 + b"loss,3,1,0.25\n")
                self.assertEqual(list(hole.history("loss")), [(3, 1, 0.25)])
                windows = self.damaged(lambda metadata, history: history.replace(b"\n", b"\r\n"))
                self.assertEqual(list(windows.history("loss").steps), [1, 2])
            finally:
                erm_read.pandas = PANDAS
        for key, bad in (("params", {"a": None}), ("metrics", {"a": [1]}), ("dicts", {"a": 1}), ("timestamp_utc", 3),
                         ("artifacts", []), ("erm", {"types": {"/params/lr": "number"}, "history": ["../x.csv"]})):
            with self.assertRaisesRegex(erm_read.FormatError, "erm_metadata.json"):
                self.damaged(lambda metadata, history: metadata.update({key: bad}) or history)
        with self.assertRaisesRegex(erm_read.FormatError, "calls a number"):
            self.damaged(lambda metadata, history: metadata["params"].update(lr="1_0") or history)
        elsewhere = {"filename": "../../../etc/passwd"}
        run = self.damaged(lambda metadata, history: metadata["artifacts"].update(a=elsewhere) or history)
        with self.assertRaisesRegex(erm_read.FormatError, "artifacts/a/filename"):
            run.artifacts

    def test_whatever_the_metadata_are_the_run_is_read_or_an_error_says_why(self):
        random.seed(7)
        root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, root)
        source = os.path.join(REGISTRY, "live", "main", "live-1")
        folder = os.path.join(root, "run")
        shutil.copytree(source, folder)
        text = content(os.path.join(source, "erm_metadata.json"))
        read = refused = 0
        for _ in range(600):
            data = json.loads(text)
            data["erm"].update(rewinds=[{"step": 3, "reach": {"history/main.csv": 100}}], edits_lie_beside=True)
            for _ in range(random.randrange(1, 3)):
                at = data
                while isinstance(at, (dict, list)) and len(at):
                    key = random.choice(list(at)) if isinstance(at, dict) else random.randrange(len(at))
                    if not isinstance(at[key], (dict, list)) or not len(at[key]) or random.random() < 0.3:
                        at[key] = random.choice([None, True, 1, -1, 1 << 70, 0.5, "", "nan", "../x", "\ud800", [], {}, [1],
                                                 {"a": 1}])
                        break
                    at = at[key]
            damaged = json.dumps(data)
            if random.random() < 0.2:
                damaged = damaged[:random.randrange(len(damaged))]
            with open(os.path.join(folder, "erm_metadata.json"), "w", encoding="utf-8") as file:
                file.write(damaged)
            with open(os.path.join(folder, ".erm_edits.json"), "w", encoding="utf-8") as file:
                file.write(random.choice(['{"tags": {"a": null, "b": "c"}}'] * 30 +
                                         ["[]", '{"tags": 1}', '{"note": 1}', "{", "{}"]))
            try:
                run = erm_read.read_run(folder)
                run.params, run.tags, run.provenance, run.artifacts, run.status, run.time, run.finished, run.histories()
                erm_read.frame([run])
                read += 1
            except (erm_read.FormatError, erm_read.NotFoundError):
                refused += 1
        self.assertGreater(min(read, refused), 20)

    def test_a_damaged_run_hides_no_other(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(OF_PYTHON, os.path.join(folder, "r"))
        registry = erm_read.Registry(os.path.join(folder, "r"))
        runs = registry.runs()
        with open(os.path.join(runs[0].folder, "erm_metadata.json"), "w", encoding="utf-8") as file:
            file.write("{")
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            self.assertEqual([run.folder for run in registry.runs()], [run.folder for run in runs[1:]])
        self.assertIn(runs[0].folder, str(said[0].message))

    def test_runs_that_were_copied_without_markers_are_found(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(os.path.join(REGISTRY, "live", "main"), os.path.join(folder, "live", "main"),
                        ignore=shutil.ignore_patterns(".erm_variant.json"))
        registry = erm_read.Registry(folder)
        self.assertEqual(registry.experiments(), ["live"])
        self.assertEqual([run.run for run in registry.runs()], sorted(self.expected["runs"]["live"]["main"]))

    def test_a_table_of_runs_without_pandas_is_a_list_of_rows(self):
        erm_read.pandas = None
        try:
            rows = erm_read.frame(erm_read.Registry(REGISTRY).runs("saved"))
        finally:
            erm_read.pandas = PANDAS
        self.assertEqual(len(rows), 60)
        self.assertTrue(any(key.startswith("params.") for row in rows for key in row))


@unittest.skipIf(PANDAS is None, "pandas is not installed")
class WithPandas(Compared):
    def test_every_run_is_what_the_cpp_reader_reads_with_pandas(self):
        registry = self.check_all()
        runs = registry.runs()
        whole = erm_read.history_frame(runs)
        self.assertEqual(list(whole.columns), ["experiment", "variant", "run", "metric", "step", "unix_ms", "value"])
        count = 0
        for run in runs:
            part = whole[(whole.experiment == run.experiment) & (whole.variant == run.variant) & (whole.run == run.run)]
            for metric, history in run.histories().items():
                of_metric = part[part.metric == metric]
                self.assertEqual(of_metric.step.tolist(), list(history.steps))
                self.assertEqual([bits(one) for one in of_metric.value], [bits(one) for one in history.values])
                self.assertEqual(history.frame().unix_ms.tolist(), list(history.unix_ms))
                count += len(history)
        self.assertEqual(len(whole), count)
        table = erm_read.frame(runs)
        self.assertEqual(len(table), len(runs))
        self.assertIn("params.lr" if "params.lr" in table else "params.loss", table)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])

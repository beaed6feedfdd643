"""Reads a registry of ERM, the experiment results manager for C++, in Python, without changing it.

    import erm_read
    registry = erm_read.Registry("erm-registry")
    for run in registry.runs("digits"):
        print(run.run, run.status, run.params["lr"], run.metrics.get("val/loss"), run.tags)
    loss = run.history("val/loss")                 # steps, unix_ms and values, of the same length
    table = erm_read.frame(registry.runs())        # with pandas: a row for each run

One file without dependencies, for Python 3.8 or later: copy it. Where pandas is installed, frames are pandas' and histories
are read by it. It reads what ERM for C++ wrote, and what the Python package experiment-results-manager wrote.
"""
import array
import datetime
import io
import json
import os
import re
import sys
import time
import urllib.parse
import warnings

try:
    import numpy
    import pandas
except ImportError:
    numpy = pandas = None

__all__ = ["Registry", "Run", "History", "Artifact", "FormatError", "NotFoundError", "read_run", "frame", "history_frame"]

METADATA = "erm_metadata.json"
HEADER = b"metric,step,unix_ms,value\n"


class NotFoundError(LookupError):
    """There is no such registry, experiment, variant, run or metric."""


class FormatError(ValueError):
    """A file is not what it should be. The message names it."""


class History:
    """The points of one metric in the order in which they were logged: `steps`, `unix_ms` and `values`."""

    def __init__(self, steps=(), unix_ms=(), values=(), writers=()):
        self.steps = array.array("q", steps)
        self.unix_ms = array.array("q", unix_ms)
        self.values = array.array("d", values)
        self.writers = list(writers)  # where the points of the second and of each later writer begin

    def __len__(self):
        return len(self.steps)

    def __iter__(self):
        """The points, each as (step, unix_ms, value)."""
        return zip(self.steps, self.unix_ms, self.values)

    def counted(self):
        """Without the points whose writer logged their step again later."""
        kept, writers = [], []
        begin = 0
        for end in self.writers + [len(self)]:
            last = {self.steps[i]: i for i in range(begin, end)}
            kept.extend(i for i in range(begin, end) if last[self.steps[i]] == i)
            writers.append(len(kept))
            begin = end
        return History((self.steps[i] for i in kept), (self.unix_ms[i] for i in kept), (self.values[i] for i in kept),
                       writers[:-1])

    def frame(self):
        """A pandas DataFrame with the columns step, unix_ms and value."""
        _expect_pandas()
        return pandas.DataFrame({"step": numpy.array(self.steps, dtype="int64"),
                                 "unix_ms": numpy.array(self.unix_ms, dtype="int64"),
                                 "value": numpy.array(self.values, dtype="float64")})


class Artifact:
    """A file of a run: `path` is where it lies, `filename` the name under which it was logged."""

    def __init__(self, artifact_id, entry, folder, place):
        stored = entry.get("filename") if isinstance(entry, dict) else None
        if not isinstance(stored, str) or not _is_name(stored):
            raise FormatError(f"cannot read the run '{place}': artifacts/{artifact_id}/filename is {stored!r}")
        self.id = artifact_id
        self.filename = entry.get("name", stored)
        self.path = os.path.join(folder, "artifacts", *stored.split("/"))
        self.type = entry.get("artifact_type")
        self.media_type = entry.get("media_type")
        self.size = entry.get("size")
        self.sha256 = entry.get("sha256")

    def __repr__(self):
        return f"Artifact({self.id!r}, {self.path!r})"


class Run:
    """A run. `experiment`, `variant` and `run` are its ids, `folder` is where it lies."""

    def __init__(self, folder, experiment=None, variant=None, run=None):
        self.folder = folder
        self._path = os.path.join(folder, METADATA)
        try:
            with open(self._path, "rb") as file:
                self._bytes = file.read()
        except FileNotFoundError:
            raise NotFoundError(f"there is no run at '{folder}': it has no {METADATA}") from None
        self._data = _read_metadata(self._bytes, self._path)
        self._settled = False
        self._points = None
        self.experiment = self._data["experiment_id"] if experiment is None else experiment
        self.variant = self._data["variant_id"] if variant is None else variant
        self.run = self._data["run_id"] if run is None else run

    def __repr__(self):
        return f"Run({self.experiment!r}, {self.variant!r}, {self.run!r})"

    # ---- what was logged ----

    @property
    def params(self):
        """Text, int, float and bool, each as it was logged."""
        return self._settle()["params"]

    @property
    def metrics(self):
        """The value of each metric: the last point of its history, or what was logged without a step."""
        return self._settle()["metrics"]

    @property
    def dicts(self):
        return self._settle()["dicts"]

    @property
    def features(self):
        return self._settle()["features"]

    @property
    def artifacts(self):
        """Artifact by id."""
        return {key: Artifact(key, entry, self.folder, self._path) for key, entry in self._settle()["artifacts"].items()}

    @property
    def tags(self):
        """With those that were edited while the run's process was writing it; so are note and group."""
        return self._settle()["tags"]

    @property
    def note(self):
        return self._settle()["note"]

    @property
    def group(self):
        return self._settle()["group"]

    @property
    def provenance(self):
        return self._settle()["provenance"]

    @property
    def goals(self):
        """'minimize' or 'maximize' by metric."""
        return self._settle()["goals"]

    @property
    def failure(self):
        """Why the run failed, or an empty text."""
        return self._data["erm"].get("failure", "")

    @property
    def status(self):
        """finished, failed, running, or killed: its process is gone, or its heartbeats have stopped."""
        status = self._data["erm"].get("status", "finished")
        if status not in ("running", "failed"):
            return "finished"
        return "killed" if status == "running" and _is_dead(self._data, self._path) else status

    @property
    def time(self):
        """When the run began, in UTC."""
        return _time(self._data["timestamp_utc"], self._path)

    @property
    def finished(self):
        """When it ended, or None."""
        text = self._data["erm"].get("finished_utc")
        return None if text is None else _time(text, self._path)

    # ---- histories ----

    def histories(self):
        """History by metric, of all writers, without the points that a rewind left behind."""
        return self._histories()[0]

    def abandoned(self):
        """History by metric: the points that a rewind left behind."""
        return self._histories()[1]

    def history(self, metric):
        """The points of a metric. Raises NotFoundError if it has none."""
        found = self.histories().get(metric)
        if found is None:
            raise NotFoundError(f"the run '{self.folder}' has no history of {metric!r}")
        return found

    def history_frame(self):
        """A pandas DataFrame of all points: metric (categorical), step, unix_ms, value."""
        _expect_pandas()
        parts = [kept for _, kept, _ in self._read_points()]
        if len(parts) == 1:
            return parts[0].reset_index(drop=True)
        if not parts:
            return _empty_frame()
        every = pandas.api.types.union_categoricals([part["metric"] for part in parts])
        whole = pandas.concat(parts, ignore_index=True)
        whole["metric"] = every
        return whole

    def _histories(self):
        if self._points is None:
            kept, left, writer = {}, {}, None
            for name, inside, outside in self._read_points():
                if writer is not None and name != writer:
                    for history in kept.values():
                        if len(history) and history.writers[-1:] != [len(history)]:
                            history.writers.append(len(history))
                writer = name
                for part, into in ((inside, kept), (outside, left)):
                    for metric, more in _by_metric(part):
                        history = into.setdefault(metric, History())
                        history.steps.extend(more.steps)
                        history.unix_ms.extend(more.unix_ms)
                        history.values.extend(more.values)
            for history in kept.values():
                if history.writers[-1:] == [len(history)]:
                    history.writers.pop()
            self._points = {m: h for m, h in kept.items() if len(h)}, {m: h for m, h in left.items() if len(h)}
        return self._points

    def _read_points(self):
        """For each file of the history: its writer, the points that count, and those that do not."""
        erm = self._data["erm"]
        if not self._data["by_erm"]:
            return []  # the Python package has overwritten the run, and its history is another's
        folder = os.path.join(self.folder, "history")
        names = erm.get("history")
        is_named = names is not None
        if not is_named:
            names = sorted((name for name in _listed(folder) if name.endswith(".csv")), key=os.fsencode)
        rewinds = list(erm.get("rewinds", ()))
        if not is_named and names not in ([], ["main.csv"]):
            for _, writer in self._writers():
                rewinds.extend(one for one in writer["erm"].get("rewinds", ()) if one not in rewinds)
        parts = []
        for name in names:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                raise NotFoundError(f"there is no history file '{path}'") from None
            here = []
            for one in rewinds:
                reach = one.get("reach", {}).get("history/" + name)
                size = one.get("size", 0)
                if reach is not None and not (size != len(content) if is_named else size > len(content)):
                    here.append((one["step"], one.get("metric"), one.get("from", {}).get("history/" + name, 0), reach))
            parts.append((_writer_of(name),) + _parse(content, path, here))
        return parts

    # ---- other writers and editors ----

    def _writers(self):
        """What the writers of a live run other than "main" logged."""
        folder = os.path.join(self.folder, "history")
        found = []
        for name in sorted((name for name in _listed(folder) if name.endswith(".json")), key=os.fsencode):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found.append((name[:-5], _read_metadata(file.read(), path)))
        return found

    def _settle(self):
        data = self._data
        if self._settled:
            return data
        erm = data["erm"]
        for key, empty in (("tags", {}), ("note", ""), ("group", ""), ("provenance", {}), ("goals", {})):
            data[key] = erm.get(key, empty)
        rewinds = bool(erm.get("rewinds"))
        if data["by_erm"] and "history" not in erm:
            for name, writer in self._writers():
                _add_writer(data, writer, name)
                rewinds = rewinds or bool(writer["erm"].get("rewinds"))
            self._expect_same_run()
        if erm.get("edits_lie_beside"):
            _apply_edits(data, os.path.join(self.folder, ".erm_edits.json"))
        is_running = erm.get("status") == "running"
        if rewinds or is_running:
            _update_metrics(data["metrics"], self.histories(), self.abandoned(), is_running)
        self._settled = True
        return data

    def _expect_same_run(self):
        with open(self._path, "rb") as file:
            now = file.read()
        if now != self._bytes:
            data = _read_metadata(now, self._path)
            if "history" in data["erm"] or data["timestamp_utc"] != self._data["timestamp_utc"]:
                raise NotFoundError(f"the run '{self.folder}' was replaced while it was read; read it again")


class Registry:
    """A registry in a folder of this machine: a path, or a URI that begins with file://."""

    def __init__(self, path):
        path = os.fspath(path)
        if path.startswith("file://"):
            path = urllib.parse.unquote(urllib.parse.urlparse(path).path)
        elif re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", path):
            raise NotFoundError(f"cannot read '{path}': it is no folder of this machine; export the runs, or copy them")
        self.path = os.path.abspath(path)
        if not os.path.isdir(self.path):
            raise NotFoundError(f"there is no registry at '{path}'")

    def experiments(self):
        return _folders_with(self.path, ".erm_experiment.json") or _copied(self.path, 2)

    def variants(self, experiment):
        folder = self._folder(experiment)
        return _folders_with(folder, ".erm_variant.json") or _copied(folder, 1)

    def run_ids(self, experiment, variant="main"):
        return _folders_with(self._folder(experiment, variant), METADATA)

    def run(self, experiment, variant="main", run=None):
        """A run; without its id, the latest one: by its time, then by its id."""
        if run is not None:
            return Run(self._folder(experiment, variant, run), experiment, variant, run)
        found = list(self.runs(experiment, variant))
        if not found:
            raise NotFoundError(f"there is no run of variant '{variant}' of experiment '{experiment}' in '{self.path}'")
        return max(found, key=lambda one: (one.time, one.run.encode("utf-8", "surrogateescape")))

    def runs(self, experiment=None, variant=None):
        """The runs, sorted by their ids; of all experiments and variants, or of those that are named. Passes over runs that
        cannot be read, with a warning."""
        found = []
        for each in self.experiments() if experiment is None else [experiment]:
            for one in self.variants(each) if variant is None else [variant]:
                for name in self.run_ids(each, one):
                    try:
                        found.append(Run(self._folder(each, one, name), each, one, name))
                    except NotFoundError:
                        pass  # it has just been deleted
                    except (FormatError, OSError) as error:
                        warnings.warn(f"passed over: {error}")
        return found

    def _folder(self, *ids):
        for one in ids:
            if not _is_name(one):
                raise NotFoundError(f"{one!r} is no id")
        folder = os.path.join(self.path, *(part for one in ids for part in one.split("/")))
        if not os.path.isdir(folder):
            raise NotFoundError(f"there is no folder '{folder}'")
        return folder


def read_run(folder):
    """The run in a folder, wherever it lies."""
    return Run(os.path.abspath(os.fspath(folder)))


def frame(runs):
    """A row for each run: experiment, variant, run, status, time, and a column for each param, metric and tag, as
    "params.lr". A pandas DataFrame, or a list of dicts where pandas is not installed."""
    rows = []
    for run in runs:
        row = {"experiment": run.experiment, "variant": run.variant, "run": run.run, "status": run.status, "time": run.time}
        for section in ("params", "metrics", "tags"):
            for key, value in getattr(run, section).items():
                row[section + "." + key] = value
        rows.append(row)
    return rows if pandas is None else pandas.DataFrame(rows)


def history_frame(runs):
    """The points of several runs: experiment, variant, run, metric, step, unix_ms, value."""
    _expect_pandas()
    parts = []
    for run in runs:
        part = run.history_frame()
        for place, key in enumerate(("experiment", "variant", "run")):
            part.insert(place, key, pandas.Categorical.from_codes(numpy.zeros(len(part), dtype="int8"), [getattr(run, key)]))
        parts.append(part)
    if not parts:
        return _empty_frame()
    whole = pandas.concat([part.drop(columns=["experiment", "variant", "run", "metric"]) for part in parts],
                          ignore_index=True)
    for place, key in enumerate(("experiment", "variant", "run", "metric")):
        whole.insert(place, key, pandas.api.types.union_categoricals([part[key] for part in parts]))
    return whole


# ---- metadata ----

def _is_name(name):
    """Whether a text may be an id or a filename of ERM, so that it leads nowhere else."""
    if not name or any(c < " " or c in "\\\x7f" for c in name):
        return False
    return all(part not in ("", ".", "..", METADATA) and not part.startswith(".erm_") for part in name.split("/"))


def _folders_with(folder, marker):
    """The folders below that hold a file, as paths relative to `folder`, sorted."""
    found, below = [], [""]
    while below:
        at = below.pop()
        try:
            entries = list(os.scandir(os.path.join(folder, at)))
        except OSError as error:
            if not at:
                raise
            warnings.warn(f"passed over: {error}")
            continue
        for entry in entries:
            if entry.name.startswith(".erm_") or not entry.is_dir():
                continue
            inner = at + "/" + entry.name if at else entry.name
            (found if os.path.isfile(os.path.join(entry.path, marker)) else below).append(inner)
    return sorted(found, key=os.fsencode)


def _copied(folder, depth):
    """The ids of what holds runs that were copied without the files that mark experiments and variants."""
    found = {path.split("/")[0] for path in _folders_with(folder, METADATA) if path.count("/") == depth}
    return sorted(found, key=os.fsencode)


def _listed(folder):
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _not_json(text):
    raise ValueError(f"{text} is not JSON")


def _mended(value):
    """Without lone surrogates, which are no text."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value


def _parse_json(text, what):
    try:
        value = json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"cannot read {what}: {error}") from None
    return _mended(value) if "\\ud" in text or "\\uD" in text else value


# A type, or a list or an object of one.
_KINDS = {"status": str, "failure": str, "heartbeat_utc": str, "heartbeat_seconds": int, "owner": str, "finished_utc": str,
          "goals": {str}, "tags": {str}, "note": str, "group": str, "edits_lie_beside": bool, "provenance": dict,
          "history": [str], "rewinds": [dict], "types": {str}}
_REWIND = {"step": int, "metric": str, "from": {int}, "reach": {int}, "size": int}


def _is_kind(value, kind):
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is_kind(one, kind[0]) for one in value)
    if isinstance(kind, set):
        return isinstance(value, dict) and all(_is_kind(one, next(iter(kind))) for one in value.values())
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _read_metadata(content, path):
    text = content.decode("utf-8-sig", "replace")
    data = _parse_json(text, f"the run metadata '{path}'")

    def fail(what):
        raise FormatError(f"cannot read the run '{path}': {what}")

    if not isinstance(data, dict):
        fail("its content is no object")
    for key in ("timestamp_utc", "experiment_id", "variant_id", "run_id"):
        if not isinstance(data.get(key), str):
            fail(f"{key} is missing, or no text")
    for key, kind in (("params", dict), ("metrics", dict), ("dicts", dict), ("artifacts", dict), ("features", list)):
        if not isinstance(data.setdefault(key, kind()), kind):
            fail(f"{key} is of another type")
    data["by_erm"] = "erm" in data
    erm = data.setdefault("erm", {})
    if not isinstance(erm, dict):
        fail("erm is no object")
    for section in ("params", "metrics"):
        for key, value in data[section].items():
            if value is None or isinstance(value, (list, dict)):
                fail(f"{section}/{key} is neither text nor a number")
            if type(value) is int and not -(1 << 63) <= value < 1 << 64:
                data[section][key] = float(value)
    if not all(isinstance(entry, dict) for entry in data["dicts"].values()):
        fail("an entry of dicts is no object")
    if not all(isinstance(one, str) for one in data["features"]):
        fail("an entry of features is no text")
    for key, value in erm.items():
        if key in _KINDS and not _is_kind(value, _KINDS[key]):
            fail(f"erm/{key} is of another type")
    for name in erm.get("history", ()):
        if "/" in name or not _is_name(name):
            fail(f"erm/history has {name!r}")
    for one in erm.get("rewinds", ()):
        if "step" not in one or any(key in _REWIND and not _is_kind(value, _REWIND[key]) for key, value in one.items()):
            fail("an entry of erm/rewinds is of another type")
    types = erm.get("types")
    if types:
        for pointer in sorted(types):
            _apply_type(data, pointer, types[pointer], fail)
    return data


def _apply_type(data, pointer, kind, fail):
    """Makes of the text at `pointer` what it stands for. Passes over what it does not know."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if len(parts) < 2 or parts[0] not in ("params", "metrics", "dicts"):
        return
    if (len(parts) == 2) == (parts[0] == "dicts") or (len(parts) > 2 and parts[0] != "dicts"):
        return
    at = data
    for part in parts[:-1]:
        at = at[int(part)] if isinstance(at, list) and part.isdigit() and int(part) < len(at) else (
            at.get(part) if isinstance(at, dict) else None)
    last = parts[-1]
    if isinstance(at, list):
        if not last.isdigit() or int(last) >= len(at):
            return
        last = int(last)
    elif not isinstance(at, dict) or last not in at:
        return
    text = at[last]
    if not isinstance(text, str):
        return
    if kind == "number":
        if not re.match(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|nan|inf|infinity)\Z", text, re.I | re.A):
            fail(f"{pointer} is the text {text!r}, which erm/types calls a number")
        at[last] = float(text)
    elif kind == "boolean":
        if text not in ("true", "false"):
            fail(f"{pointer} is the text {text!r}, not true or false")
        at[last] = text == "true"
    elif kind == "json" and parts[0] == "dicts":
        at[last] = _parse_json(text, pointer)


def _time(text, path):
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d:?\d\d)?\Z", text)
    try:
        numbers = [int(part) for part in found.group(1, 2, 3, 4, 5, 6)]
        time_utc = datetime.datetime(*numbers, int(((found.group(7) or "") + "000000")[:6]), datetime.timezone.utc)
    except (AttributeError, ValueError):
        raise FormatError(f"cannot read the run '{path}': {text!r} is not a time") from None
    zone = found.group(8)
    if zone and zone not in "Zz":
        shift = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        time_utc += -shift if zone[0] == "+" else shift
    return time_utc


def _apply_edits(data, path):
    try:
        with open(path, "rb") as file:
            edits = _parse_json(file.read().decode("utf-8", "replace"), f"the edits of a run '{path}'")
    except FileNotFoundError:
        return
    tags = edits.get("tags", {}) if isinstance(edits, dict) else None
    if not isinstance(tags, dict) or not all(value is None or isinstance(value, str) for value in tags.values()) or not all(
            isinstance(edits.get(key, ""), str) for key in ("note", "group")):
        raise FormatError(f"cannot read the edits of a run '{path}': it is not what ERM writes there")
    for tag, value in tags.items():
        if value is None:
            data["tags"].pop(tag, None)
        else:
            data["tags"][tag] = value
    data["note"] = edits.get("note", data["note"])
    data["group"] = edits.get("group", data["group"])


_CAPTURED = ("captured_utc", "erm_version", "program", "machine", "job", "environment", "build", "code", "missing")


def _difference(one, other):
    """What differs in `one`, objects entry by entry; None if nothing does."""
    if one == other:
        return None
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one
    different = {}
    for key, value in one.items():
        part = value if key not in other else _difference(value, other[key])
        if key not in other or part is not None:
            different[key] = part
    return different


def _add_writer(data, other, name):
    """Adds what another writer of the run logged. The run's own values stay."""
    erm, mine = other["erm"], data["provenance"]
    theirs = erm.get("provenance", {})
    for key in ("inputs", "seeds", "rngs"):
        if isinstance(theirs.get(key), dict):
            mine[key] = {**theirs[key], **mine.get(key, {})}
    different = {}
    for key in _CAPTURED:
        if key in theirs:
            part = theirs[key] if key not in mine else _difference(theirs[key], mine[key])
            if key not in mine or part not in (None, {}):
                different[key] = part
    if different:
        mine.setdefault("writers", {})[name] = different
    data["features"] += [one for one in other["features"] if one not in data["features"]]
    for key in ("params", "metrics", "artifacts"):
        data[key] = {**other[key], **data[key]}
    for key in ("goals", "tags"):
        data[key] = {**erm.get(key, {}), **data[key]}
    for key in ("note", "group"):
        data[key] = data[key] or erm.get(key, "")
    for key, entries in other["dicts"].items():
        data["dicts"][key] = {**entries, **data["dicts"].get(key, {})}


def _is_value(known, value):
    if isinstance(known, (str, bool)):
        return False
    return known == value or (known != known and value != value)


def _update_metrics(metrics, histories, abandoned, is_running):
    """A value that was a point of what a rewind left behind becomes the last point that counts. The points of a run that is
    being written may be newer than its metadata."""
    for metric, left in abandoned.items():
        if metric in metrics and any(_is_value(metrics[metric], value) for value in left.values):
            if metric in histories:
                metrics[metric] = histories[metric].values[-1]
            else:
                del metrics[metric]
    if is_running:
        for metric, history in histories.items():
            if metric not in metrics or any(_is_value(metrics[metric], value) for value in reversed(history.values)):
                metrics[metric] = history.values[-1]


# ---- is it alive ----

def _owner_is_gone(owner):
    """What this machine knows of the process of a run: whether it is gone, or None if it cannot know."""
    if not sys.platform.startswith("linux"):
        return None
    lines = owner.split("\n") + ["", "", ""]
    process, started = lines[1], lines[2]
    space = next((line[len("namespace "):] for line in lines[3:] if line.startswith("namespace ")), "")
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read(36)
        own = os.readlink("/proc/self/ns/pid")
        try:
            own += " " + os.readlink("/proc/self/ns/time")
        except OSError:
            pass
        number = int(process)
    except (OSError, ValueError):
        return None
    if number <= 0 or started.split(" ")[0] != boot or not space or space != own:
        return None
    try:
        os.kill(number, 0)  # asks; sends nothing
    except ProcessLookupError:
        return True
    except OSError:
        pass
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return None
        with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in ("Z", "X", "x") and int(fields[17]) <= 1:
        return True
    return fields[19] != started.partition(" ")[2]


def _is_dead(data, path):
    erm = data["erm"]
    gone = _owner_is_gone(erm.get("owner", ""))
    if gone is not None:
        return gone
    patience = 4 * min(max(erm.get("heartbeat_seconds", 0), 0), 100 * 366 * 86400)
    now = time.time()
    by_owner = now - _time(erm.get("heartbeat_utc", data["timestamp_utc"]), path).timestamp()
    by_owner = None if by_owner < -patience else patience - by_owner
    if by_owner is not None and by_owner >= 0:
        return False
    try:
        age = now - os.stat(path).st_mtime
    except OSError:
        age = None
    by_store = None if age is None or age < -patience else patience - age
    left = by_store if by_store is not None else patience if by_owner is None else by_owner
    return left < 0


# ---- history files ----

_LINE = re.compile(rb'("(?:[^"]|"")*"|[^,"\n]*),(-?\d+),(-?\d+),'
                   rb"(-?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[nN][aA][nN]|"
                   rb"[iI][nN][fF](?:[iI][nN][iI][tT][yY])?))\r?\n")


def _writer_of(name):
    """The writer of a file: "main" for "main.csv", and for "main-2026_11_23__07_30_21_123456.csv" of an overwrite."""
    return re.sub(r"-2[0-9_-]{26,}\Z", "", name.rpartition(".")[0])


def _body(content, path):
    """Where the lines of points begin. A file may begin with NULs in place of its header: another program emptied it."""
    begin = len(content) - len(content.lstrip(b"\0"))
    rest = content[begin:begin + len(HEADER) + 1]
    for header in (HEADER, HEADER[:-1] + b"\r\n"):
        if rest.startswith(header):
            return begin + len(header)
        if header.startswith(rest):
            return len(content)  # a crash cut it off
    if begin == 0:
        raise FormatError(f"history file '{path}', line 1: the header is not 'metric,step,unix_ms,value'")
    return begin


def _parse(content, path, rewinds):
    """The points that count, and those that do not; frames where pandas is installed, else dicts of History."""
    begin = _body(content, path)
    if pandas is not None:
        try:
            return _parse_with_pandas(content, begin, rewinds)
        except (ValueError, OverflowError, TypeError):
            pass  # the other reader says what is wrong, and where
    kept, left = _parse_lines(content, begin, path, rewinds)
    if pandas is None:
        return kept, left
    return _frame_of(kept), _frame_of(left)


def _parse_with_pandas(content, begin, rewinds):
    end = content.rfind(b"\n") + 1
    if end <= begin:
        if content[begin:begin + 1] == b'"' or b"\n" not in content[begin:]:
            return _empty_frame(), _empty_frame()
    table = pandas.read_csv(io.BytesIO(memoryview(content)[begin:end]), header=None,
                            names=["metric", "step", "unix_ms", "value"],
                            dtype={"metric": "category", "step": "int64", "unix_ms": "int64", "value": "float64"},
                            keep_default_na=False, na_values={"value": ["nan", "NaN", "-nan", "NAN"]},
                            float_precision="round_trip", skip_blank_lines=False, encoding="utf-8",
                            encoding_errors="replace")
    if not isinstance(table.index, pandas.RangeIndex):
        raise ValueError("a line has more fields")
    if not rewinds:
        return table, table.iloc[:0]
    ends = numpy.flatnonzero(numpy.frombuffer(content, dtype="uint8", count=end - begin, offset=begin) == 10)
    if len(ends) != len(table):
        raise ValueError("a name has a line end")
    offsets = numpy.concatenate(([0], ends[:-1] + 1)) + begin
    names, codes, steps = table["metric"].cat.categories, table["metric"].cat.codes.to_numpy(), table["step"].to_numpy()
    out = numpy.zeros(len(table), dtype=bool)
    for step, metric, from_byte, reach in rewinds:
        of = numpy.array([name == metric if metric is not None else not name.startswith("system/") for name in names])
        out |= (steps >= step) & (offsets >= from_byte) & (offsets < reach) & of[codes]
    return table[~out], table[out]


def _parse_lines(content, begin, path, rewinds):
    kept, left, series = {}, {}, {}
    at = begin
    until = max((one[3] for one in rewinds), default=0)
    for found in _LINE.finditer(content, begin):
        if found.start() != at:
            break
        field, step, unix_ms, value = found.groups()
        names = series.get(field)
        if names is None:
            text = field[1:-1].replace(b'""', b'"') if field[:1] == b'"' else field
            metric = text.decode("utf-8", "replace")
            names = series[field] = metric, kept.setdefault(metric, History())
        metric, into = names
        step = int(step)
        if at < until and any(step >= one[0] and one[2] <= at < one[3] and
                              (metric == one[1] if one[1] is not None else not metric.startswith("system/"))
                              for one in rewinds):
            into = left.setdefault(metric, History())
        try:
            into.steps.append(step)
            into.unix_ms.append(int(unix_ms))
        except OverflowError:
            break
        into.values.append(float(value))
        at = found.end()
    rest = content[at:]
    if rest.startswith(b'"'):
        closed = re.match(rb'"(?:[^"]|"")*"(?!")', rest)
        rest = rest[closed.end():] if closed else b""
    if b"\n" in rest:
        line = 1 + content.count(b"\n", 0, at)
        raise FormatError(f"history file '{path}', line {line}: it is not metric,step,unix_ms,value")
    return kept, left


def _expect_pandas():
    if pandas is None:
        raise ImportError("this needs pandas: pip install pandas, or apt install python3-pandas")


def _empty_frame():
    return _frame_of({})


def _frame_of(histories):
    names = list(histories)
    codes = numpy.repeat(numpy.arange(len(names)), [len(one) for one in histories.values()])
    parts = {"metric": pandas.Categorical.from_codes(codes, pandas.Index(names, dtype=object))}
    for key, kind in (("steps", "int64"), ("unix_ms", "int64"), ("values", "float64")):
        parts[key] = numpy.concatenate([numpy.zeros(0, dtype=kind)] + [numpy.frombuffer(getattr(one, key), dtype=kind)
                                                                       for one in histories.values() if len(one)])
    return pandas.DataFrame(parts).rename(columns={"steps": "step", "values": "value"})


def _by_metric(part):
    """History by metric, of a dict of them or of a frame, each in the order of the file."""
    if isinstance(part, dict):
        yield from part.items()
        return
    codes = part["metric"].cat.codes.to_numpy()
    order = numpy.argsort(codes, kind="stable")
    columns = [part[key].to_numpy()[order] for key in ("step", "unix_ms", "value")]
    ends = numpy.searchsorted(codes[order], numpy.arange(len(part["metric"].cat.categories) + 1))
    for code, metric in enumerate(part["metric"].cat.categories):
        found = History()
        for into, column in zip((found.steps, found.unix_ms, found.values), columns):
            into.frombytes(column[ends[code]:ends[code + 1]].tobytes())
        yield metric, found

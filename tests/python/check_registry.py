"""Reads a registry as the Python package experiment-results-manager 0.1.2 does, and compares what arrives.

    check_registry.py REGISTRY EXPECTED.json

It has that package's model, look-ups and reads, in words of our own: the package itself is not needed. Exits with 77
where pydantic (1 or 2) or fsspec is not installed: the test is then skipped.
"""
import base64
import datetime
import json
import math
import posixpath
import sys
from typing import Dict, Union

try:
    import fsspec
    try:
        from pydantic.v1 import BaseModel
    except ImportError:
        from pydantic import BaseModel
except ImportError as error:
    print(f"skipped: {error}; install python3-pydantic and python3-fsspec")
    sys.exit(77)

Scalar = Union[str, int, float]
ARTIFACT_TYPES = {"png", "jpg", "plotly_json", "html", "binary"}


class Artifact(BaseModel):
    id: str
    filename: str
    artifact_type: str


class Run(BaseModel):
    timestamp_utc: datetime.datetime
    experiment_id: str
    variant_id: str
    run_id: str
    params: Dict[str, Scalar]
    metrics: Dict[str, Scalar]
    dicts: Dict[str, Dict[str, Scalar]]
    artifacts: Dict[str, Artifact]


def read(uri):
    with fsspec.open(uri, "rb") as file:
        return file.read()


def ids(folder, marker):
    """The folders at any depth that hold a file `marker`, relative to `folder`, sorted."""
    fs, path = fsspec.core.url_to_fs(folder)
    found = fs.glob(posixpath.join(path, "**", marker))
    return sorted({posixpath.relpath(posixpath.dirname(name), path) for name in found})


def same(found, expected):
    """Whether text or a number is what was saved; a number may arrive as its text."""
    if isinstance(expected, str):
        return str(found) == expected
    if expected is None:
        return False
    if isinstance(expected, float):
        number = float(found)
        return number == expected or (math.isnan(number) and math.isnan(expected))
    return str(found) == str(expected)


def main(registry, expectation):
    with open(expectation, encoding="utf-8") as file:
        expected = json.load(file)
    faults = []

    def check(holds, *what):
        if not holds:
            faults.append(" ".join(str(part) for part in what))

    experiments = ids(registry, ".erm_experiment.json")
    check(experiments == sorted({run["experiment_id"] for run in expected["runs"]}), "experiments", experiments)
    # What was deleted is there, and no look-up, also not one of everything, takes it for runs.
    fs, root = fsspec.core.url_to_fs(registry)
    trashed = [name for name in fs.find(posixpath.join(root, ".erm_trash")) if name.endswith("entry.json")]
    check(len(trashed) == expected["in_trash"], "trash", trashed)
    check(ids(registry, "erm_metadata.json") == sorted(
        posixpath.join(run["experiment_id"], run["variant_id"], run["run_id"]) for run in expected["runs"]), "all runs")
    found = 0
    for experiment in experiments:
        at = posixpath.join(registry, experiment)
        for variant in ids(at, ".erm_variant.json"):
            of_variant = [run for run in expected["runs"]
                          if (run["experiment_id"], run["variant_id"]) == (experiment, variant)]
            runs = ids(posixpath.join(at, variant), "erm_metadata.json")
            check(runs == sorted(run["run_id"] for run in of_variant), "runs of", experiment, variant, runs)
            check(runs[-1] == expected["latest"][experiment + "|" + variant], "latest of", experiment, variant, runs)
            for wanted in of_variant:
                found += 1
                place = posixpath.join(at, variant, wanted["run_id"])
                run = Run(**json.loads(read(posixpath.join(place, "erm_metadata.json")).decode("utf-8")))
                check(run.run_id == wanted["run_id"], place, run.run_id)
                check(run.experiment_id == experiment and run.variant_id == variant, place, "has other ids")
                check(run.timestamp_utc == datetime.datetime.fromisoformat(wanted["timestamp_utc"]), place,
                      run.timestamp_utc)
                for section in ("params", "metrics"):
                    values = getattr(run, section)
                    check(set(values) == set(wanted[section]), place, section, sorted(values))
                    for key, value in wanted[section].items():
                        check(same(values.get(key), value), place, section, repr(key), repr(values.get(key)), "is not",
                              repr(value))
                check(set(run.dicts) == set(wanted["dicts"]), place, "dicts", sorted(run.dicts))
                for name, values in wanted["dicts"].items():
                    entries = run.dicts.get(name, {})
                    check(set(entries) == set(values), place, "dict", repr(name), sorted(entries))
                    for key, value in values.items():
                        check(same(entries.get(key), value), place, "dict", repr(name), repr(key),
                              repr(entries.get(key)), "is not", repr(value))
                check(set(run.artifacts) == set(wanted["artifacts"]), place, "artifacts", sorted(run.artifacts))
                for artifact_id, wanted_artifact in wanted["artifacts"].items():
                    artifact = run.artifacts[artifact_id]
                    check(artifact.id == artifact_id, place, repr(artifact_id), "has the id", repr(artifact.id))
                    check(artifact.artifact_type in ARTIFACT_TYPES, place, artifact.artifact_type)
                    check(artifact.artifact_type == wanted_artifact["artifact_type"], place, artifact.artifact_type)
                    content = read(posixpath.join(place, "artifacts", artifact.filename))
                    check(content == base64.b64decode(wanted_artifact["content"]), place, repr(artifact_id),
                          "has other bytes at", repr(artifact.filename))
    check(found == len(expected["runs"]), found, "runs of", len(expected["runs"]))
    print("\n".join(faults) or f"{found} runs arrive as they were saved")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env bash
# What PyYAML writes for maps of random texts, as MLflow lets it, is read as what it was: 18,000 values.
#   ERM_SEEDS="1 2 3"
# shellcheck disable=SC1091
. "$(dirname "$0")/common.bash"
need python3-yaml g++ nlohmann-json3-dev libfmt-dev

cat >"$work/texts.py" <<'PYTHON'
import json, random, subprocess, sys, yaml

random.seed(int(sys.argv[1]))
folder, program = sys.argv[2:]
letters = "ab '\"\\\n\t:#-{}[],&*!|>%@`?~=<.0123456789eTrueNull\u00e9\u4e2d\U0001F600\u2028\x07\x00\ufeff/\r\x7f\xa0"
words = ["null", "true", "~", "1", "1.5", "0x1F", "2026-11-29", "yes", "", "-", "- a", "? x", ": b", "'", '"', "a: b", "a #b",
         "key:", "[]", "{}", "1_000", "=", "<<", "!!x", "...", "---", ".inf", "+1", "0o7", "12:30:45"]

def text():
    kind = random.random()
    if kind < .25: return random.choice(words)
    if kind < .5: return "".join(random.choice("abc de f'\" \\: ") for _ in range(random.randrange(300)))
    if kind < .6: return json.dumps({"columns": ["word " * random.randrange(9) for _ in range(9)]})
    return "".join(random.choice(letters) for _ in range(random.randrange(120)))

def shown(value):
    return value if isinstance(value, str) else "true" if value is True else str(value)

maps, files = [], []
for number in range(1500):
    map = {random.choice(["a", "run_id", "x y", "k%d" % i, random.choice(words) or "e"]):
           random.choice([text(), text(), text(), random.randrange(10**13), None, True, 0.5, [], {}]) for i in range(6)}
    if number % 3 == 0: map["tags"] = {random.choice(words) or "k": text() for _ in range(3)}
    maps.append(map)
    files.append("%s/%d.yaml" % (folder, number))
    with open(files[-1], "w", encoding="utf-8", newline="") as file:
        yaml.safe_dump(map, file, default_flow_style=False, allow_unicode=True)
lines = subprocess.run([program] + files, capture_output=True, check=True).stdout.decode().split("\n")
count = wrong = 0
for file, map, line in zip(files, maps, lines):
    expected = {}
    for key, value in map.items():
        if isinstance(value, dict): expected.update({key + "/" + inner: one for inner, one in value.items()})
        elif value is not None and value != []: expected[key] = shown(value)
    count += len(expected)
    if json.loads(line) != expected:
        wrong += 1
        print(file, line, expected)
print(count, "texts,", wrong, "maps read wrongly")
sys.exit(wrong > 0)
PYTHON

build() { g++ -std=c++17 -I"$root/include" "$root/tests/systems/pyyaml.cpp" -o "$work/read" -lfmt -pthread -ldl; }
check "the reader compiles" build
for seed in ${ERM_SEEDS:-1 2 3}; do
  mkdir "$work/$seed"
  check "texts of seed $seed" /usr/bin/python3 "$work/texts.py" "$seed" "$work/$seed" "$work/read"
done
finish

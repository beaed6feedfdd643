#!/usr/bin/env bash
# The commands of docs/move-runs.md. Runs in a folder that holds erm-registry: the experiment "digits" with the runs
# main/first, main/second and wide/third.
set -euo pipefail
mkdir -p other-registry third-registry
(
  cd erm-registry
  cp -a --parents digits/main/first ../other-registry          # one run
  tar -cf - digits/wide | tar -xf - -C ../other-registry       # a variant
  cp -a --parents digits ../third-registry                     # an experiment
)
cp -a erm-registry backup
tar -czf runs.tar.gz erm-registry
mkdir -p unpacked && tar -xzf runs.tar.gz -C unpacked
if [ "${1-}" = with-markers ]; then
  cd erm-registry
  cp -a --parents .erm_registry.json digits/.erm_experiment.json digits/main/.erm_variant.json ../other-registry
fi

#!/bin/sh
# Make .venv with the oldest release of everything that pyproject.toml allows.
set -eu

python=$(sh tools/setup/python.sh)
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
.venv/bin/uv pip install --quiet --python .venv/bin/python --resolution lowest-direct \
    --editable '.[test]'
touch .venv/ready-lab .venv/ready-test

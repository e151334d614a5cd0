#!/bin/sh
# Make .venv and install funclab there with one of its extras, editable: notebooks see your changes.
set -eu
extra=$1

if [ ! -x .venv/bin/python ]; then
    python=$(sh tools/setup/python.sh)
    echo "Setting up .venv with $python"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && [ "$(id -u)" -eq 0 ] &&
        command -v apt-get >/dev/null; then
        # Debian keeps venv in a package of its own.
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    "$python" -m venv .venv
fi
echo "Installing funclab and what it needs there, which takes a minute or two"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extra]"

# JupyterLab starts without asking whether it may show news.
mkdir -p .venv/share/jupyter/lab/settings
cp binder/overrides.json .venv/share/jupyter/lab/settings/
touch ".venv/ready-$extra" .venv/ready-lab # every extra that comes here has the one called lab

#!/bin/sh
# Make .venv and install funclab there with one of its extras, editable: notebooks see your changes.
set -eu
extra=$1

# Run a command in silence. If it fails: what it said last, then what was wrong and what to do.
try() {
    said=$("$@" 2>&1) && return
    proxy=${https_proxy:-${HTTPS_PROXY:-${http_proxy:-${HTTP_PROXY:-}}}}
    case $said in
    *"No space left"* | *"Errno 28"* | *"Disk quota"*)
        why="The disk is full. .venv in $PWD takes some 700 MB: make room, or move funclab to another disk" ;;
    *ProxyError* | *"connect to proxy"* | *"proxy URL"*)
        why="The proxy $proxy does not answer. Correct it: export https_proxy=http://HOST:PORT, or unset it" ;;
    *"No matching distribution"* | *"name resolution"* | *NewConnectionError* | *"Network is unreachable"* | *ConnectTimeout* | \
        *"Connection refused"* | *"timed out"* | *SSLError* | *"nodename nor servname"*)
        why="The packages cannot be fetched: look whether there is a network, and whether it needs a proxy" ;;
    *"editable mode currently requires"*)
        why="The pip in .venv is too old. Type: .venv/bin/python -m pip install --upgrade pip" ;;
    *"Permission denied"* | *"Read-only file system"*)
        why="$PWD cannot be written. Copy funclab to a folder of your own" ;;
    *) why="What is said above stopped it. Mend that" ;;
    esac
    printf '%s\n' "$said" | tail -n 12 >&2
    printf '\n%s; then try again.\n' "$why" >&2
    exit 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then # none, or one that was not finished
    python=$(sh tools/setup/python.sh)
    echo "Setting up .venv with $python"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && [ "$(id -u)" -eq 0 ] &&
        command -v apt-get >/dev/null; then
        # Debian keeps venv in a package of its own.
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    try "$python" -m venv --without-pip .venv
    try .venv/bin/python -m ensurepip --upgrade --default-pip # apart, as `venv` hides what it says
fi
echo "Installing funclab and what it needs there, which takes a minute or two"
try .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extra]"

# JupyterLab starts without asking whether it may show news.
mkdir -p .venv/share/jupyter/lab/settings
cp binder/overrides.json .venv/share/jupyter/lab/settings/
touch ".venv/ready-$extra" .venv/ready-lab # every extra that comes here has the one called lab

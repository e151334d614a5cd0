#!/bin/sh
# Install what the tests need beside Python packages, where that is allowed: browser, dot, a font.
set -u

has() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return 0
    done
    return 1
}

missing=""
has dot || missing="$missing graphviz"
# Chromium without windows takes the least time; where apt does not have it, any browser will do.
if ! has ${FUNCLAB_BROWSER:-} chromium-headless-shell; then
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
        missing="$missing chromium-headless-shell"
    else
        has chromium chromium-browser google-chrome google-chrome-stable ||
            missing="$missing chromium"
    fi
fi
[ "$(uname)" != Linux ] || ls /usr/share/fonts/truetype/*/*.ttf >/dev/null 2>&1 ||
    missing="$missing fonts-dejavu-core" # without any font, text has no size in the browser
[ -n "$missing" ] || exit 0

become=""
[ "$(id -u)" -eq 0 ] || become="sudo -n"
if ! has apt-get || ! $become true 2>/dev/null; then
    echo "Please install:$missing (this account may not, or there is no apt-get)." >&2
    exit 0 # the tests that need them will fail, each saying what it lacks
fi
echo "Installing:$missing"
$become apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split
$become env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    echo "This could not be installed:$missing" >&2 # then, too, some tests will say what they lack

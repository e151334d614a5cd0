#!/bin/sh
# Bundle the scripts of the site that need packages; `make site` does it.
set -eu
. tools/scripts/node.sh
node $tools/pages.js

#!/bin/sh
# Bundle the scripts of the views, of this tree or of the one that is given.
set -eu
. tools/scripts/node.sh
node $tools/bundle.js "$@"

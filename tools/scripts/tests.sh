#!/bin/sh
# Test what the scripts of the views compute, of this tree or of the one that is given.
set -eu
. tools/scripts/node.sh
cd "${1:-.}"
node --import ./tests/scripts/texts.js --test --test-reporter=dot tests/scripts/*.test.js

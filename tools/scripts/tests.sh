#!/bin/sh
# Test what the scripts of the views compute, of this tree or of the one that is given.
set -eu
. tools/scripts/node.sh
cd "${1:-.}"
# Numbers are written in English whatever the machine's language, so it has another one here.
LC_ALL=de_DE.UTF-8 node --import ./tests/scripts/texts.js --test --test-reporter=dot tests/scripts/*.test.js

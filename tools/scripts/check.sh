#!/bin/sh
# Check the scripts of the views: style, types, what they compute, and that the bundle is theirs.
set -eu
. tools/scripts/node.sh
bin=$tools/node_modules/.bin

$bin/eslint --config $tools/eslint.config.js funclab tests tools docs
$bin/tsc --project $tools
sh $tools/tests.sh
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
mkdir -p "$made/funclab"
cp -r funclab/view "$made/funclab"
node $tools/bundle.js "$made"
diff -rq funclab/view/live/bundle "$made/funclab/view/live/bundle" ||
    { echo "The bundle is not that of the scripts: run 'make bundle'." >&2; exit 1; }

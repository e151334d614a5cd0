#!/bin/sh
# Print the first Python on this machine that is new enough for funclab; PYTHON=... goes first.
set -u

for candidate in ${PYTHON:-} python3 python python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done
echo "funclab needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3 ..." >&2
exit 1

#!/bin/sh
# The first calls with a token: the market's state, the levels of a symbol, and its history as CSV.
#   ALPHAGEX_TOKEN=agx_... sh first_call.sh http://127.0.0.1:8000 SPX
set -eu
desk=${1:-http://127.0.0.1:8000}
symbol=${2:-SPX}
# The header goes in by a file handle, so that the token is not in the list of processes.
call() { printf 'header = "Authorization: Bearer %s"\n' "$ALPHAGEX_TOKEN" | curl -sS --fail-with-body -K - "$@"; echo; }

call "$desk/api/market/status"
call "$desk/api/gex/$symbol/levels"
call "$desk/api/gex/$symbol/history?days=30&format=csv"

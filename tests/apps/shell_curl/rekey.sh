#!/usr/bin/env bash
# The scripts get their key from the environment in which they are run. Before a new one is put there, this shows
# whether it works.
source "${BASH_SOURCE%/*}/aurora.sh"

mint || exit 1
say "the key $AURORA_CLIENT_ID works"

#!/bin/sh
# Runs a TypeScript file of this repository under the project's own Node.js, installing the locked packages first
# where that has not been done: `sh scripts/run.sh scripts/local/start.ts [flags]`.
set -eu
cd "$(dirname "$0")/.."

wanted=$(cksum <package-lock.json)
stamp=node_modules/.storgo-installed
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing the locked packages (once; about a minute) …" >&2
  # `install --no-save` and not `ci`: both take the versions and hashes of the lock file and leave it as it is, but `ci`
  # refuses a lock file without the packages of every platform, and not every registry has those of all versions.
  npm install --no-save --no-audit --no-fund --loglevel=error >&2
  # npm leaves out optional packages whose "engines" the *running* Node.js does not meet (Hardhat's native part wants
  # 22 or later), and exits 0. A second pass under the Node.js that the first pass brought adds them.
  if [ -x node_modules/.bin/node ]; then
    PATH="$PWD/node_modules/.bin:$PATH" npm install --no-save --no-audit --no-fund --loglevel=error >&2
  fi
  printf '%s\n' "$wanted" >"$stamp"
fi

if [ -x node_modules/.bin/node ]; then
  PATH="$PWD/node_modules/.bin:$PATH"
  export PATH
elif [ "$(node -p 'process.versions.node.split(".")[0] >= 24')" != true ]; then
  echo "Storgo needs Node.js 24 or later here: npm has no Node.js package for $(uname -sm) in this project. Found $(node -v)." >&2
  exit 1
fi
exec node "$@"

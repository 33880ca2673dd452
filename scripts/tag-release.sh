#!/bin/sh
# Makes the commit that a release is run from, what HEAD has and the Action's bundle, which no branch holds (CONTRIBUTING.md says why),
# and tags it: v<version of package.json>, and v<major>, which moves. Pushes nothing.
set -eu

cd "$(dirname "$0")/.."
version=$(node -p 'require("./package.json").version')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
node scripts/build-action.js "$folder/dist-action"

# An index of its own: the branch, its index and its files stay as they are.
GIT_INDEX_FILE=$folder/index
GIT_DIR=$(git rev-parse --absolute-git-dir)
export GIT_INDEX_FILE GIT_DIR
git read-tree HEAD
(cd "$folder" && GIT_WORK_TREE=$folder git add --force dist-action)
commit=$(git commit-tree "$(git write-tree)" -p HEAD -m "Release $version")
git tag "v$version" "$commit"
git tag --force "v${version%%.*}" "$commit" >/dev/null
echo "v$version ${commit}"

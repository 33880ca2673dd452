#!/bin/sh
# Makes a repository in the folder that is named whose branch adds the naive change of fixtures/projects/orders to its main branch.
set -eu

from=$(cd "$(dirname "$0")/../fixtures/projects/orders/naive/migrations" && pwd)
mkdir -p "$1/migrations"
cd "$1"
git init -q -b main
commit() { git add -A && git -c user.name=Ann -c user.email=ann@example.com commit -q -m "$1"; }
cp "$from/0001_orders.sql" migrations/
commit 'orders'
git checkout -q -b region
cp "$from/0002_orders_region.sql" migrations/
commit 'orders have a region'

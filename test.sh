#!/usr/bin/env bash
# Installs what a fresh machine lacks, builds, and runs every suite. Ends with one line: N passed, N failed.
# A suite that finds no test, or a missing tool, is a failure: silence must not look like success.
set -uo pipefail
cd "$(dirname "$0")"
configuration=${CONFIGURATION:-Release}
passed=0
failed=0
mkdir -p artifacts/test-results

# A test that fails is run once more by itself, unless more of its suite failed than these: a fault, or no room on the
# machine. What chance found is a fault, which the next chance only misses. What passes then is told before the last line.
most_again=3
found_by_chance='Falsifiable, after|Property failed after'
unsteady=artifacts/test-results/unsteady.txt
rm -f "$unsteady"

fail() { echo "FAILED: $*"; failed=$((failed + 1)); }

finish() {
  if [ -f "$unsteady" ]; then sed 's/^/unsteady: /' "$unsteady"; fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# --- tools -------------------------------------------------------------------------------------------------------------
need=()
command -v chromium >/dev/null || need+=(chromium)
command -v dot >/dev/null || need+=(graphviz)
command -v prometheus >/dev/null || need+=(prometheus)
command -v node >/dev/null || need+=(nodejs)
command -v npm >/dev/null || need+=(npm)
command -v script >/dev/null || need+=(bsdutils)
ldconfig -p 2>/dev/null | grep 'libsqlite3\.so\.0' >/dev/null || need+=(libsqlite3-0)
if [ ${#need[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "Installing ${need[*]} …"
    # Prometheus is a service there; the tests start their own.
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}"; } \
      >artifacts/test-results/install.log 2>&1 || { tail -5 artifacts/test-results/install.log; fail "could not install ${need[*]}"; }
  else
    fail "missing tools: ${need[*]}. Install them (on Debian: sudo apt-get install ${need[*]}) and run this again."
  fi
fi
command -v dotnet >/dev/null || { fail "the .NET SDK is missing: see global.json for the version"; finish; }

# The public conformance cases of CEL, which the suites of Core read. What is installed from this lock file stays.
cases=tests/conformance-data
if [ ! "$cases/node_modules/.package-lock.json" -nt "$cases/package-lock.json" ]; then
  npm ci --prefix "$cases" --no-audit --no-fund >artifacts/test-results/conformance-data.log 2>&1 \
    || { tail -5 artifacts/test-results/conformance-data.log; fail "could not install the cases of $cases (npm ci)"; }
fi

# --- build -------------------------------------------------------------------------------------------------------------
dotnet build Sightglass.slnx -c "$configuration" -v quiet -nologo -clp:NoSummary || { fail "build"; finish; }

# --- house rules that a command can see ----------------------------------------------------------------------------------
long=$(git ls-files '*.cs' '*.ts' '*.tsx' 2>/dev/null | while read -r file; do [ -f "$file" ] && [ "$(wc -l <"$file")" -gt 400 ] && echo "  $file"; done)
if [ -n "$long" ]; then fail "files of more than 400 lines:"; echo "$long"; fi
long=$(git ls-files '*.svelte' | while read -r file; do [ -f "$file" ] && [ "$(wc -l <"$file")" -gt 300 ] && echo "  $file"; done)
if [ -n "$long" ]; then fail "components of more than 300 lines:"; echo "$long"; fi

rm -f artifacts/test-results/cel-conformance*.txt artifacts/test-results/simulation-*.txt artifacts/test-results/fuzz.txt

# --- .NET suites -------------------------------------------------------------------------------------------------------
# Runs the tests that failed, one by one; takes from `bad` those that pass now.
dotnet_again() {
  local suite=$1 log=$2 cases method
  while read -r cases method; do
    echo "   again: $method"
    if timeout 420 dotnet "$suite" -noColor -method "$method" </dev/null >"$log.again" 2>&1 && grep -q 'Total: [1-9]' "$log.again"; then
      bad=$((bad - cases))
      echo "$method (failed first, passed alone):$(grep -m 1 -A 1 "^    $method[ (].*\[FAIL\]$" "$log" | sed -n '2s/^ */ /p')" >>"$unsteady"
    fi
  done < <(sed -nE 's/^    ([^ (]+).* \[FAIL\]$/\1/p' "$log" | sort | uniq -c)
}

for project in tests/*.Tests; do
  name=$(basename "$project")
  log=artifacts/test-results/$name.log
  echo "== $name"
  suite=$project/bin/$configuration/net10.0/$name.dll
  timeout 900 dotnet "$suite" -noColor >"$log" 2>&1
  code=$?
  summary=$(grep -E "Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+" "$log" | tail -1)
  if [ -z "$summary" ]; then
    tail -30 "$log"
    fail "$name gave no result (exit code $code)"
    continue
  fi
  number() { sed -E "s/.*$1: ([0-9]+).*/\1/" <<<"$summary"; }
  total=$(number Total) bad=$(($(number Failed) + $(number Errors))) skipped=$(number Skipped)
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then fail "$name ended with exit code $code"; fi
  if [ "$bad" -gt 0 ]; then grep -E -A 25 "\[FAIL\]" "$log" | head -200; fi
  if [ "$bad" -le "$most_again" ] && ! grep -qE "$found_by_chance" "$log"; then dotnet_again "$suite" "$log"; fi
  passed=$((passed + total - bad - skipped))
  failed=$((failed + bad))
  echo "   $summary"
  if [ "$name" = Sightglass.Core.Tests ]; then sed 's/^/   /' artifacts/test-results/{cel-conformance*,simulation-*}.txt 2>/dev/null; fi
  if [ "$name" = Sightglass.Server.Tests ]; then sed -n '1s/^/   /p' artifacts/test-results/fuzz.txt 2>/dev/null; fi
  if [ "$total" -eq 0 ]; then fail "$name has no tests"; fi
done

# --- the web workspace ---------------------------------------------------------------------------------------------------
# What a step says is in its log; a step that fails, takes too long or counts no test is a failure.
web_log() { echo "artifacts/test-results/web-$1.log"; }

web_step() {
  local name=$1 limit=$2
  shift 2
  timeout "$limit" npm --prefix web run --silent "$@" >"$(web_log "$name")" 2>&1 && return 0
  tail -40 "$(web_log "$name")"
  fail "web: $name (npm run $*)"
  return 1
}

# Runs the tests of a workspace, or those of some of its files.
web_vitest() {
  local result=$1 log=$2 limit=$3 workspace=$4 script=$5
  shift 5
  rm -f "$result"
  timeout "$limit" npm --prefix web run --silent --workspace "$workspace" "$script" -- --reporter=default --reporter=json --outputFile.json="$PWD/$result" "$@" >"$log" 2>&1
}

web_tests() {
  local name=$1 result=artifacts/test-results/web-$1.json log code found faults good bad
  shift
  log=$(web_log "$name")
  web_vitest "$result" "$log" "$@"
  code=$?
  if ! found=$(node web/scripts/results.js "$result" 2>/dev/null); then
    tail -30 "$log"
    fail "web: $name gave no result (exit code $code)"
    return
  fi
  faults=$(tail -n +2 <<<"$found")
  if [ -n "$faults" ]; then
    grep -A 25 'FAIL' "$log" | head -200
    if [ "$(wc -l <<<"$faults")" -le "$most_again" ] && ! grep -qE "$found_by_chance" "$log"; then
      cut -f 2 <<<"$faults" | sed 's/^/   again: /'
      SIGHTGLASS_AGAIN=1 web_vitest "$result.again" "$log.again" "$@" $(cut -f 1 <<<"$faults" | sort -u)
      code=$?
      if node web/scripts/results.js "$result" "$result.again" >"$log.found" 2>/dev/null; then
        found=$(<"$log.found")
        tail -n +2 "$log.found" >>"$unsteady"
      fi
    fi
  fi
  read -r good bad <<<"$found"
  echo "   $name: $good passed, $bad failed"
  passed=$((passed + good))
  failed=$((failed + bad))
  if [ "$good" -eq 0 ]; then fail "web: $name has no tests"; fi
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then fail "web: $name ended with exit code $code"; fi
}

# Runs lanes of steps beside each other, tells what they say in the order of the lanes, and counts what they count.
web_beside() {
  local lane lanes=() good bad
  for lane in "$@"; do
    rm -f "$(web_log "$lane").counts"
    (
      passed=0 failed=0
      "web_$lane" >"$(web_log "$lane")" 2>&1
      echo "$passed $failed" >"$(web_log "$lane").counts"
    ) &
    lanes+=($!)
  done
  wait "${lanes[@]}"
  for lane in "$@"; do
    cat "$(web_log "$lane")"
    if read -r good bad 2>/dev/null <"$(web_log "$lane").counts"; then
      passed=$((passed + good))
      failed=$((failed + bad))
    else
      fail "web: $lane came to no end"
    fi
  done
}

web_checks() {
  web_step lint 240 lint
  web_step typecheck 240 typecheck
}

web_units() {
  web_tests client 240 client test
  web_tests dashboard 240 dashboard test
  web_step build 120 build --workspace client # the dashboard was built with the server
  web_step size 120 size && sed 's/^/   /' "$(web_log size)"
}

echo "== web"
if ! timeout 300 node web/scripts/install.js >"$(web_log install)" 2>&1; then
  tail -5 "$(web_log install)"
  fail "web: could not install (npm ci)"
elif web_step types 60 generate; then
  web_beside checks units
  web_tests browser 600 client test:browser
  web_tests e2e 900 e2e test:e2e
  if [ -f artifacts/test-results/web-budgets.txt ]; then sed 's/^/   /' artifacts/test-results/web-budgets.txt; fi
fi

finish

#!/bin/sh
# The page that script/tutorial writes: commands are run once while what they follow from is the same, and what they print is
# shown as it is.
#   tutorial_page_test.sh SOURCE FOLDER
set -eu
source=$1 folder=$2
. "$source/script/page.sh"
fail() { echo "$1" >&2; exit 1; }

rm -rf "$folder"
mkdir -p "$folder/run"
program=$folder/program
cat >"$program" <<'SCRIPT'
#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
echo "1 < 2 & $*"
SCRIPT
chmod +x "$program"
echo first >"$folder/run/events.jsonl"
calls() { grep -c . "$folder/calls"; }
page() {
  begin_page "$folder" "Title" >/dev/null
  {
    chapter "One & only"
    show_once "$program" explain "$folder/run" --out "$folder/map.png"
    end_page
  } >/dev/null
}

: >"$folder/map.png"
page
page
[ "$(calls)" = 1 ] || fail "what was run is run again (got $(calls) calls, expected 1)"
echo second >>"$folder/run/events.jsonl"
page
[ "$(calls)" = 2 ] || fail "a run that changed is not shown anew (got $(calls) calls, expected 2)"
rm "$folder/map.png"
page
[ "$(calls)" = 3 ] || fail "a file that is gone is not made anew (got $(calls) calls, expected 3)"
grep -q '1 &lt; 2 &amp; explain' "$folder/index.html" || fail "the output is not in the page"
grep -q '<a href="#chapter-1">One &amp; only</a>' "$folder/index.html" || fail "the chapter is not in the list"
[ "$(grep -c '<pre>' "$folder/index.html")" = 1 ] || fail "the output is there more than once"
if [ -e "$folder/page.part" ] || [ -e "$folder/index.part" ]; then fail "parts of the page are left behind"; fi

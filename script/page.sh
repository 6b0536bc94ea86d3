# What script/tutorial says, on the terminal and in a page beside it: sourced, for sh.
#
#   begin_page FOLDER TITLE      the page will be FOLDER/index.html, with names of pictures relative to it
#   chapter TITLE                a heading
#   say TEXT                     a paragraph
#   show COMMAND [WORD…]         runs it; the command and what it prints
#   show_once COMMAND [WORD…]    the same, but it is not run again while program, words, the runs, studies and models among them are
#                                what they were and the file behind --out is there
#   picture FILE CAPTION         a picture in FOLDER; link FILE TEXT: a page there
#   table FILE                   of rows | a | b | as Markdown has them
#   end_page                     writes the page

begin_page() {
  page_folder=$1 page_title=$2 page_chapter=0
  mkdir -p "$page_folder"
  page_body=$page_folder/page.part page_text=$page_folder/text.part
  : >"$page_body"
}
page_escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
page_add() { printf '%s\n' "$1" >>"$page_body"; }
# The name of a file in the page's folder, as the page calls it.
page_name() { printf %s "${1#"$page_folder"/}"; }

chapter() {
  page_chapter=$((page_chapter + 1))
  printf '\n\n%d. %s\n\n' "$page_chapter" "$1"
  page_add "<h2 id=\"chapter-$page_chapter\">$page_chapter. $(printf %s "$1" | page_escape)</h2>"
}
say() {
  printf '%s\n' "$1"
  page_add "<p>$(printf %s "$1" | page_escape)</p>"
}
show() {
  "$@" >"$page_text"
  page_say_output "$@"
}
show_once() {
  page_kept=$page_folder/shown/$(page_key "$@")
  mkdir -p "$page_folder/shown"
  if [ ! -e "$page_kept" ] || ! page_has_output "$@"; then
    "$@" >"$page_text"
    mv "$page_text" "$page_kept"
  fi
  cp "$page_kept" "$page_text"
  page_say_output "$@"
}
# What a command's output follows from, as a number.
page_key() {
  {
    printf '%s\n' "$@"
    ls -l "$1"
    for page_word in "$@"; do
      for page_file in events.jsonl study.sqlite; do [ ! -e "$page_word/$page_file" ] || cksum "$page_word/$page_file"; done
      case $page_word in *.keras | *.h5) cksum "$page_word" ;; esac
    done
  } | cksum | tr ' ' '-'
}
# Whether what --out names is there.
page_has_output() {
  while [ $# -gt 1 ]; do
    if [ "$1" = --out ] && [ ! -e "$2" ]; then return 1; fi
    shift
  done
}
page_say_output() {
  cat "$page_text"
  if [ "$1" != cat ]; then
    page_words="fovea"
    shift
    for page_word in "$@"; do page_words="$page_words $page_word"; done
    page_add "<pre class=\"command\">$(printf %s "$page_words" | page_escape)</pre>"
  fi
  { printf '<pre>'; page_escape <"$page_text"; printf '</pre>\n'; } >>"$page_body"
}
picture() {
  printf '%s: %s\n' "$2" "$1"
  page_add "<figure><img src=\"$(page_name "$1")\" alt=\"$(printf %s "$2" | page_escape)\" loading=\"lazy\"><figcaption>$(printf %s "$2" | page_escape)</figcaption></figure>"
}
link() {
  printf '%s: %s\n' "$2" "$1"
  page_add "<p><a href=\"$(page_name "$1")\">$(printf %s "$2" | page_escape)</a></p>"
}
table() {
  cat "$1"
  page_escape <"$1" | awk -F' *[|] *' '
    /^[|]---/ { next }
    { gsub(/`/, "")
      tag = rows++ ? "td" : "th"
      printf rows == 1 ? "<div class=\"wide\"><table><tr>" : "<tr>"
      for (i = 2; i < NF; ++i) printf "<%s>%s</%s>", tag, $i, tag
      print "</tr>" }
    END { if (rows) print "</table></div>" }' >>"$page_body"
}
end_page() {
  {
    cat <<HTML
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$page_title</title>
<style>
:root { color-scheme: light dark; --text: #1c2024; --quiet: #60646c; --back: #fcfcfd; --box: #f0f1f3; }
@media (prefers-color-scheme: dark) { :root { --text: #edeef0; --quiet: #b0b4ba; --back: #111113; --box: #1e2023; } }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.7rem; } h2 { margin-top: 3rem; font-size: 1.3rem; }
nav ol { columns: 20rem; column-gap: 3rem; padding-left: 1.5rem; } nav li { break-inside: avoid; }
pre { overflow-x: auto; padding: .75rem; background: var(--box); border-radius: .4rem; font: .8rem/1.45 ui-monospace, monospace; }
pre.command { margin-bottom: 0; padding: .4rem .75rem; background: none; border-left: 3px solid var(--quiet); border-radius: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.command::before { content: "\$ "; color: var(--quiet); }
figure { margin: 1.5rem 0; overflow-x: auto; } img { max-width: 100%; height: auto; background: #fff; }
img[src\$=".png"] { min-width: min(100%, 30rem); image-rendering: pixelated; } img[src\$=".svg"] { min-width: 40rem; }
figcaption { position: sticky; left: 0; color: var(--quiet); }
a { color: inherit; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { padding: .3rem .75rem; text-align: left; border-bottom: 1px solid var(--box); }
</style>
</head>
<body>
<h1>$page_title</h1>
<nav aria-label="Chapters"><ol>
HTML
    sed -n 's|^<h2 id="\(chapter-[0-9]*\)">[0-9]*\. \(.*\)</h2>$|<li><a href="#\1">\2</a></li>|p' "$page_body"
    printf '</ol></nav>\n<main>\n'
    cat "$page_body"
    printf '</main>\n</body>\n</html>\n'
  } >"$page_folder/index.part"
  mv "$page_folder/index.part" "$page_folder/index.html"
  rm -f "$page_body" "$page_text"
  printf '\n\nall of it in one page: %s\n' "$page_folder/index.html"
}

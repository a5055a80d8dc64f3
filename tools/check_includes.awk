# The rules of tools/check_includes. Input: the table of edges, the list of files, then the files.

function report(rule, what) {
  printf "%s:%d: rule %s: %s\n", FILENAME, FNR, rule, what
  failed = 1
}

function complain(what) {
  print "tools/include_edges: rule 7: " what
  failed = 1
}

# The part of a path before its n-th slash.
function part(path, n, words) {
  split(path, words, "/")
  return words[n]
}

function folder(path) {
  sub(/\/[^\/]*$/, "", path)
  return path
}

# --- the table

NR == FNR {
  sub(/#.*/, "")
  if ($0 !~ /:/) next
  area = $1
  sub(/:.*/, "", area)
  areas[area] = 1
  count = split(substr($0, index($0, ":") + 1), words, " ")
  for (i = 1; i <= count; i++) edge[area, words[i]] = 1
  next
}

# Takes areas away that look at nothing that is left; if some stay, they look at each other.
function checkLoops(left, progress, a, b, blocked) {
  for (a in areas) left[a] = 1
  do {
    progress = 0
    for (a in areas) {
      if (!(a in left)) continue
      blocked = 0
      for (b in left) if (b != a && (a, b) in edge) blocked = 1
      if ((a, a) in edge) blocked = 1
      if (blocked) continue
      delete left[a]
      progress = 1
    }
  } while (progress)
  for (a in left) complain("core/" a " is part of a loop")
}

# --- the list of files

FILENAME == ARGV[2] {
  exists[$0] = 1
  if ($0 ~ /^core\/[^\/]+\// && !(part($0, 2) in areas) && !(part($0, 2) in unknown)) {
    unknown[part($0, 2)] = 1
    complain("core/" part($0, 2) " has no row in the table")
  }
  next
}

# --- the files

FNR == 1 {
  top = part(FILENAME, 1)
  area = part(FILENAME, 2)
  isTest = FILENAME ~ /_(test|suite|bench)\.[a-z]+$/ || FILENAME ~ /\/(testing|tests)\//
  isEngine = FILENAME ~ /^core\/store\/[^\/]+\//
  isCMake = FILENAME ~ /(CMakeLists\.txt|\.cmake)$/
  isAbi = FILENAME ~ /^sdk\/include\/colibri\/abi\//
  isSdkHeader = FILENAME ~ /^sdk\/include\//
  mayParse = FILENAME == "shared/src/shared/json.cpp" || FILENAME == "tools/colibrictl/json.cpp" || isTest || FILENAME ~ /\/(functional\/|testing_)/
}

!isCMake && !mayParse &&
/(^|[^a-z_])json::(parse|parser|stream_parser|basic_parser|parse_into)([^A-Za-z_]|$)|using namespace boost::json|<(boost\/json\/[a-z_]*parse[a-z_]*\.hpp|Poco\/JSON\/Parser\.h)>/ {
  report("11", "JSON is read by shared/json.hpp, within limits")
}

top == "tools" { next }

isCMake {
  sub(/#.*/, "")
  rest = $0
  while (match(rest, /core-[a-z]+/)) {
    linked = substr(rest, RSTART + 5, RLENGTH - 5)
    before = substr(rest, 1, RSTART - 1)
    rest = substr(rest, RSTART + RLENGTH)
    if (before ~ /[A-Za-z0-9_-]$/ || !(linked in areas)) continue
    if (top == "sdk") report("1", "sdk/ does not link core/" linked)
    else if (top == "plugins") report("2", "a plugin does not link core/" linked)
    else if (top == "shared") report("10", "shared/ does not link core/" linked)
    else checkEdge(linked)
  }
  next
}

function checkEdge(to) {
  if (to == area || (area, to) in edge) return
  report(area == "api" || area == "app" ? "8" : "7", "core/" area " does not look at core/" to)
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  line = $0
  angle = line ~ /^[ \t]*#[ \t]*include[ \t]*</
  sub(/^[ \t]*#[ \t]*include[ \t]*["<]/, "", line)
  sub(/[">].*/, "", line)
  if (line ~ /(^|\/)\.\.\//) report("7", "includes do not climb with ../")
  else if (top == "sdk") checkSdk(line, angle)
  else if (top == "plugins") checkPlugin(line)
  else if (top == "shared") checkShared(line)
  else checkCore(line)
  next
}

# SQL is found by its words in string literals.
top == "core" && !isEngine && !isTest &&
/["(](SELECT |INSERT INTO |INSERT OR |REPLACE INTO |DELETE FROM |CREATE TABLE |CREATE INDEX |DROP TABLE |ALTER TABLE |PRAGMA |UPDATE [a-z_]+ SET )/ {
  report("6", "SQL is in core/store/<engine> only")
}

function isCoreHeader(line, to) {
  to = part(line, 1)
  return line ~ /\// && to in areas && !((folder(FILENAME) "/" line) in exists)
}

function checkSdk(line, angle) {
  if (isAbi) {
    if (line !~ /^colibri\/abi\// && line != "stddef.h" && line != "stdint.h")
      report("1", "colibri/abi includes only <stddef.h>, <stdint.h> and itself")
    return
  }
  if (line ~ /^(Poco|boost)\// || (isCoreHeader(line) && ("core/" line) in exists))
    report("1", "sdk/ includes nothing outside itself")
  else if (isSdkHeader && (!angle || (line ~ /\// && line !~ /^(colibri|sys)\//)))
    report("1", "public headers include only <colibri/...> and the standard library")
}

function checkPlugin(line, other) {
  if (isCoreHeader(line) && ("core/" line) in exists) report("2", "a plugin does not include core/")
  if (line ~ /^plugins\//) report("2", "a plugin does not include another one by its path")
  for (other in exists) {
    if (other !~ /^plugins\// || part(other, 2) == area) continue
    if (line ~ /\// && line == substr(other, length("plugins/") + 1)) report("2", "a plugin does not include another one")
  }
}

function checkShared(line) {
  if (line ~ /^(colibri|Poco)\// || (isCoreHeader(line) && ("core/" line) in exists))
    report("10", "shared/ includes only itself, Boost.JSON and the standard library")
}

function checkCore(line, to, inner) {
  if (line ~ /^colibri\/abi\//) {
    if (area != "plugin" && area != "runner" && area != "events") report("3", "core/" area " does not include colibri/abi")
    return
  }
  if (line ~ /^colibri\//) {
    report("3", "core/ does not include the C++ layer of the SDK")
    return
  }
  if (line ~ /^Poco\// && area !~ /^(log|config|net|http|exec|app)$/ && !isEngine)
    report("4", "Poco is not for core/" area)
  if (line ~ /^boost\/dll/ && FILENAME != "core/plugin/library.cpp") report("5", "Boost.DLL is for core/plugin/library.cpp")
  if (line ~ /^boost\/beast/ && FILENAME != "core/http/parser.cpp") report("5b", "Boost.Beast is for core/http/parser.cpp")
  if (line ~ /^wslay\// && FILENAME != "core/http/frames.cpp") report("5c", "wslay is for core/http/frames.cpp")
  if ((line ~ /^Poco\/Data/ || line ~ /^(sqlite3|libpq-fe)\.h$/) && !isEngine) report("6", "a database library is for core/store/<engine>")
  if (!isCoreHeader(line)) return
  to = part(line, 1)
  checkEdge(to)
  inner = line ~ /^[^\/]+\/[^\/]+\// ? part(line, 2) : ""
  if (inner == "" || to == area) return
  if (area == "app" || (isTest && (inner == "testing" || line == to "/" inner "/" inner "_" to ".hpp"))) return
  report("9", "core/" to "/" inner " is private to core/" to)
}

END {
  checkLoops()
  exit failed
}

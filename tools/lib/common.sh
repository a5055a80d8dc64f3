# Shared by tools/up and tools/test: packages, npm, builds. Sourced, POSIX sh; the caller has set `root`.

say() { printf '\033[1m%s\033[0m\n' "colibri: $*"; }
fail() {
  printf 'colibri: %s\n' "$*" >&2
  exit 1
}

# as_root COMMAND...: runs it as root, by sudo if need be.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "installing Debian packages needs root: run this as root, or install sudo"
  fi
}

# install_packages LIST...: installs what is missing of the packages named in tools/packages/LIST.
install_packages() {
  missing=
  for list in "$@"; do
    while read -r package _; do
      case $package in '' | '#'*) continue ;; esac
      # `npm`, `node` and the like may be there without Debian's package.
      if [ "$package" = npm ] && command -v npm >/dev/null 2>&1; then continue; fi
      if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing="$missing $package"
      fi
    done <"$root/tools/packages/$list"
  done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null 2>&1 ||
    fail "these Debian packages are missing and there is no apt-get to install them:$missing"
  say "installing Debian packages:$missing"
  as_root apt-get update -qq || say "apt-get update failed; trying with the lists that are here"
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing ||
    fail "apt-get could not install:$missing"
}

# npm_ci FOLDER: `npm ci` there, unless the lock file is the one installed last.
npm_ci() {
  stamp=$root/$1/node_modules/.colibri-lock
  if [ -f "$stamp" ] && cmp -s "$stamp" "$root/$1/package-lock.json"; then return 0; fi
  say "installing npm packages in $1"
  (cd "$root/$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    fail "npm ci failed in $1 (is the npm registry reachable?)"
  cp "$root/$1/package-lock.json" "$stamp"
}

# build PRESET [TARGET...]: configures once, then builds; ninja shows the progress.
build() {
  preset=$1
  shift
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    say "configuring $preset"
    mkdir -p "$root/build"
    (cd "$root" && cmake --preset "$preset" >"$root/build/configure-$preset.log" 2>&1) || {
      cat "$root/build/configure-$preset.log" >&2
      rm -f "$root/build/$preset/build.ninja"
      fail "CMake could not configure the $preset build; its words are above"
    }
  fi
  say "building $preset"
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  (cd "$root" && cmake --build --preset "$preset" "$@") || fail "the $preset build failed; the compiler's words are above"
}

# The Node.js that the bridge brings: Debian's own is too old for it.
bridge_node() {
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "no Node.js package for $(uname -m): the bridge runs on x86_64 and aarch64" ;;
  esac
  printf '%s\n' "$root/plugins/baileys/bridge/node_modules/node-linux-$arch/bin/node"
}

# random_base64 BYTES
random_base64() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }

# From a fresh checkout to a build: what scripts/unfreed, scripts/test and .ci/run share. Sourced by bash.
#
# Two promises. When nothing is to do, nothing is started but one `find`: a stamp in the build folder is as new as the
# last build that succeeded, and no source is newer. When something is to do, one process does it (a lock on the
# checkout's own folder, which needs no file) and one line says so; what the tools print goes to a log that is shown
# only if they fail.

# Whoever sources this names a folder. Without a process of its own, if this folder can be come back to by its name.
top= top_here=$PWD top_before=${OLDPWD-}
if [ "$PWD" -ef . ]; then
        CDPATH='' cd -P -- "${BASH_SOURCE[0]%/*}/.." && top=$PWD && cd -- "$top_here" || exit 125
        OLDPWD=$top_before
        [ -n "$OLDPWD" ] || unset OLDPWD
else
        top=$(CDPATH='' cd -P -- "${BASH_SOURCE[0]%/*}/.." && pwd -P) || exit 125
fi
build=$top/build
me=${me:-unfreed}
meson=()

say() { printf '%s: %s\n' "$me" "$*" >&2; }
die() { say "$*"; exit 125; }

# The build folder is good for purpose $1 and not older than any source. A removed file makes its folder newer.
is_fresh() {
        local stamp=$build/.ready-$1 where=
        [ -f "$stamp" ] && [ -x "$build/src/cli/unfreed" ] || return 1
        read -r where <"$stamp" || return 1
        [ "$where" = "$top" ] || return 1
        local sources=("$top/src" "$top/meson.build")
        [ "$1" = tool ] || sources+=("$top/tests" "$top/scripts")
        [ -z "$(find "${sources[@]}" -name __pycache__ -prune -o -newer "$stamp" -print -quit 2>&1)" ]
}

# A Meson that runs: the python3 on PATH need not be one that has it (pyenv puts a bash script there), and the `meson`
# on PATH may be such a script too. Sets the array `meson`; remembers the answer.
find_meson() {
        [ ${#meson[@]} -gt 0 ] && return 0
        local candidate python
        while read -r candidate; do
                is_new_enough "$("$candidate" --version 2>/dev/null)" && { meson=("$candidate"); return 0; }
        done < <(printf '%s\n' ${MESON:+"$MESON"}; type -aP meson; printf '%s\n' /usr/bin/meson "$HOME/.local/bin/meson")
        while read -r python; do
                is_new_enough "$("$python" -m mesonbuild.mesonmain --version 2>/dev/null)" || continue
                meson=("$python" -m mesonbuild.mesonmain)
                return 0
        done < <(printf '%s\n' /usr/bin/python3; type -aP python3; compgen -G '/usr/bin/python3.[0-9]*')
        return 1
}

# $1 >= 1.0.1
is_new_enough() {
        [[ $1 =~ ^([0-9]+)\.([0-9]+)\.([0-9]+) ]] || return 1
        ((BASH_REMATCH[1] * 1000000 + BASH_REMATCH[2] * 1000 + BASH_REMATCH[3] >= 1000001))
}

# Is the thing that probe $1 of scripts/packages speaks of there?
is_there() {
        local what=${1#*:} name names
        case $1 in
        cmd:*)
                IFS='|' read -ra names <<<"$what"
                for name in "${names[@]}"; do type -P "$name" >/dev/null && return 0; done
                return 1
                ;;
        pkg:*) type -P pkg-config >/dev/null && pkg-config --exists "$what" ;;
        lib:*) PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -qF "$what" ;;
        py:*) /usr/bin/python3 -c "import $what" 2>/dev/null || python3 -c "import $what" 2>/dev/null ;;
        header:*) echo "#include <$what>" | "$(type -P cc || type -P gcc || type -P clang)" -E - >/dev/null 2>&1 ;;
        meson) find_meson ;;
        *) die "scripts/packages: unknown probe '$1'" ;;
        esac
}

# Fills `missing` with the packages for the purposes given that are not there.
find_missing() {
        local purpose package probe
        missing=()
        while read -r purpose package probe; do
                [[ -z $purpose || $purpose = \#* || " $* " != *" $purpose "* ]] && continue
                is_there "$probe" || missing+=("$package")
        done <"$top/scripts/packages"
}

# Installs by name what is missing for the purposes given. 1 = something is still missing, and `missing` names it.
install_missing() {
        find_missing "$@"
        [ ${#missing[@]} -gt 0 ] || return 0
        if ! type -P apt-get >/dev/null; then
                why="this is not Debian or Ubuntu: install what corresponds to these packages by hand"
                return 1
        fi
        local root=()
        if [ "$(id -u)" != 0 ]; then
                root=(sudo)
                if ! type -P sudo >/dev/null; then
                        why="needs root and there is no sudo: run as root: apt-get install ${missing[*]}"
                        return 1
                fi
                [ -t 0 ] || root+=(-n)
        fi
        say "installing ${missing[*]}"
        local log apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
        log=$(mktemp) || die "no temporary file can be made"
        if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1; then
                # Names may be unknown because the lists were never fetched. One name that does not exist on this
                # release must not keep the others out.
                "${apt[@]}" update </dev/null >>"$log" 2>&1
                "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1 ||
                        for package in "${missing[@]}"; do
                                "${apt[@]}" install -y --no-install-recommends "$package" </dev/null >>"$log" 2>&1
                        done
        fi
        hash -r
        find_missing "$@"
        [ ${#missing[@]} -eq 0 ] && { rm -f "$log"; return 0; }
        why="apt-get could not: $(grep -E '^E: |sudo: ' "$log" | head -n 1)"
        rm -f "$log"
        return 1
}

need() { install_missing "$@" || die "missing: ${missing[*]} ($why)"; }
want() { install_missing "$@" || say "left out, not installed: ${missing[*]} (${why})"; }

# The last lines of a build log that say something.
show_log() { tail -n "${2:-25}" -- "$1" | sed 's/^/    /' >&2; }

# Was it made by Meson (or is it empty), so that we may throw it away?
is_ours() { [ -d "$build/meson-private" ] || [ -e "$build/.ready-tool" ] || [ -z "$(ls -A "$build" 2>/dev/null)" ]; }

configure() {
        "${meson[@]}" setup "$@" "$build" "$top" </dev/null
}

compile() {
        local target=()
        [ "$1" = tool ] && target=(tool)
        "${meson[@]}" compile -C "$build" "${target[@]}" </dev/null || return
        [ "$1" = tool ] || "${meson[@]}" compile -C "$build" subjects </dev/null
}

# One attempt at purpose $1 with the build folder as it is. Prints to stdout what a log should keep.
attempt() {
        local where=
        if [ -f "$build/build.ninja" ]; then
                # A folder that was moved here, or configured before the test libraries came, must look again.
                [ -f "$build/.ready-$1" ] && read -r where <"$build/.ready-$1"
                # Meson before 1.2 can only forget what it found, or did not find, together with the whole folder.
                [ "$where" = "$top" ] || configure --reconfigure --clearcache || configure --wipe || return
        else
                configure || return
        fi
        compile "$1"
}

# Builds for purpose $1 (tool or test): only what is needed, only if something is newer, one process at a time.
make_build() {
        is_fresh "$1" && return 0
        exec 9<"$top"
        flock 9 2>/dev/null # a file system without locks: builds at the same time are then up to the user
        is_fresh "$1" && { exec 9<&-; return 0; }
        local purposes=(build) log stamp
        [ "$1" = tool ] || purposes+=(test)
        need "${purposes[@]}"
        find_meson # which `need` has made sure of
        is_ours || die "$build is there but is no build folder of ours: move it away"
        [ -d "$build" ] || say "building into ${build#"$PWD/"} (the first time: about a minute)"
        mkdir -p "$build" 2>/dev/null || die "cannot make $build"
        log=$(mktemp) && stamp=$(mktemp) || die "no temporary file can be made"
        echo "$top" >"$stamp"
        if ! attempt "$1" >"$log" 2>&1; then
                # Half-written files of a build that was cut off, another Meson's files, a folder that was moved:
                # all are mended by starting again. An error in a source is not.
                if ! grep -qE ':[0-9]+: (fatal )?error:|undefined reference' "$log" && [ -f "$build/build.ninja" ]; then
                        say "$build is broken or of an older kind: making it again"
                        rm -rf -- "$build" && mkdir -p "$build" && echo "$top" >"$stamp" && attempt "$1" >"$log" 2>&1
                else
                        false
                fi || {
                        show_log "$log"
                        rm -f "$log" "$stamp"
                        die "the build failed"
                }
        fi
        cp -p "$stamp" "$build/.ready-tool" && { [ "$1" = tool ] || cp -p "$stamp" "$build/.ready-$1"; } ||
                die "cannot write into $build"
        rm -f "$log" "$stamp"
        exec 9<&-
}

# A Python that runs, for our own test programs (standard library only). Sets `python`.
find_python() {
        for python in /usr/bin/python3 python3 python; do
                "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null && return 0
        done
        return 1
}

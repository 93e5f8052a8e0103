#!/bin/sh
# Usage: setup.sh run|test|parity
#
# Prepares the system libraries and .venv for the program, for its tests, or for the comparison with
# PyTorch and JAX; each mode includes the ones before it. Does nothing when all is current.
set -eu
cd "$(dirname "$0")/.."

mode=${1:-}
case $mode in
    run) sections="run"; modes="run"; project="." ;;
    test) sections="run test"; modes="run test"; project=".[test]" ;;
    parity) sections="run test"; modes="run test parity"; project=".[test,parity]" ;;
    *) sed -n '2s/^# //p' "$0" >&2; exit 2 ;;
esac

# A stamp holds what it depends on, and the place, since a virtual environment cannot be moved.
stamp() {
    pwd -P
    cat pyproject.toml scripts/setup.sh scripts/system-packages.txt
}

current() {
    [ -x .venv/bin/python ] && [ ! -e .venv/.incomplete ] && stamp | cmp -s - ".venv/.installed-$mode"
}

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" && echo "$PYTHON"
        return
    fi
    # /usr/bin last and by path: a version manager's shim may hide it.
    for candidate in python3.11 python3.12 python3 /usr/bin/python3; do
        if usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

wanted_packages() {
    for section in "$@"; do
        awk -v header="[$section]" '/^\[/ { inside = $1 == header } inside && /^[a-z]/ { print $1 }' \
            scripts/system-packages.txt
    done
}

missing_packages() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    wanted=$(wanted_packages "$@")
    # A library may carry the suffix of the 64-bit time transition.
    queried=$(for name in $wanted; do echo "$name ${name}t64"; done)
    installed=$(dpkg-query -W -f ':${db:Status-Status}:${Package}:\n' $queried 2>/dev/null || true)
    for name in $wanted; do
        case $installed in
            *":installed:$name:"* | *":installed:${name}t64:"*) ;;
            *) echo "$name" ;;
        esac
    done
}

# Sets `missing` to what is still to be installed by hand.
install_packages() {
    missing=$(missing_packages "$@" | tr '\n' ' ')
    missing=${missing% }
    if [ -n "$missing" ] && [ "$(id -u)" = 0 ]; then
        echo "Installing system packages: $missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q || true
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $missing || true
        missing=$(missing_packages "$@" | tr '\n' ' ')
        missing=${missing% }
    fi
}

print_missing() {
    {
        echo "System packages are missing. To install them:"
        echo
        if [ "$(id -u)" = 0 ]; then
            echo "    apt-get install --no-install-recommends $missing"
        else
            echo "    sudo apt-get install --no-install-recommends $missing"
        fi
        echo
    } >&2
}

# Whether .venv can be added to: made here, to the end, by a usable Python.
sound() {
    [ ! -e .venv/.incomplete ] && grep -qsF "$(pwd -P)/.venv" .venv/bin/activate &&
        usable .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1
}

install_python_packages() {
    if ! sound; then
        echo "Creating .venv with $("$python" --version)"
        rm -rf .venv
        mkdir .venv
        touch .venv/.incomplete
        "$python" -m venv .venv
    fi

    # pip takes a half-written package for an installed one: after an interruption .venv is made anew.
    touch .venv/.incomplete
    trap 'exit 130' INT TERM HUP
    echo "Installing the Python packages into .venv (once)"
    status=0
    if [ "$mode" = parity ]; then
        # First and by this name alone: where pip has a CPU build of it at hand, it takes that one.
        .venv/bin/python -m pip install --disable-pip-version-check torch==2.13.0 || status=$?
    fi
    if [ "$status" = 0 ]; then
        .venv/bin/python -m pip install --disable-pip-version-check --editable "$project" || status=$?
    fi
    trap - INT TERM HUP
    if [ "$status" -gt 1 ]; then
        exit "$status"
    fi
    # Status 1 is pip's own refusal, before it has changed anything: what was installed still works.
    rm -f .venv/.incomplete
    if [ "$status" = 1 ]; then
        echo "The Python packages could not be installed; pip's message is above." >&2
        exit 1
    fi
    for done in $modes; do
        stamp >".venv/.installed-$done"
    done
}

python=
if ! current; then
    python=$(find_python) || sections="python $sections"
fi

install_packages $sections

if ! current; then
    if [ -z "$python" ] && ! python=$(find_python); then
        if [ -n "$missing" ]; then
            print_missing
        fi
        echo "Unfold needs Python 3.11 or 3.12 with venv and pip. To name one: PYTHON=/path/to/python3.11 make $mode" >&2
        exit 1
    fi
    install_python_packages
fi

if [ -n "$missing" ]; then
    print_missing
    if [ "$mode" = run ]; then
        echo "Without them the window may not open." >&2
    else
        echo "The tests of a real window need them. The engine's tests run without: .venv/bin/python -m pytest tests/engine" >&2
        exit 1
    fi
fi

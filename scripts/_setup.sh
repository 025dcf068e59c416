# Makes .venv at the root of the checkout, or reuses it; leaves the caller in the root. Sourced, never run.
#
# A machine with an NVIDIA GPU gets the extra `gpu`, any other the exact versions of requirements/cpu.txt;
# RATCHETRL_SETUP=cpu or =gpu decides otherwise.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { echo "set-up: $*" >&2; }
die() { say "$*"; exit 2; }

choose_device() {
    local device=${RATCHETRL_SETUP:-} why="RATCHETRL_SETUP"
    if [ -z "$device" ]; then
        device=cpu why="no NVIDIA GPU found"
        if nvidia-smi -L 2>/dev/null | grep -q GPU; then device=gpu why="NVIDIA GPU found"; fi
    fi
    case $device in cpu | gpu) ;; *) die "RATCHETRL_SETUP is '$device'; set it to cpu or gpu." ;; esac
    say "packages for: $device ($why)"
    echo "$device"
}

find_python() {
    local python
    for python in python3.11 python3.12 python3.13 python3; do
        # Run it: a version manager's shim exists for versions that cannot start. Debian splits ensurepip off.
        "$python" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null && echo "$python" && return
    done
    die "no Python 3.11, 3.12 or 3.13 with the venv module found; install one (Debian: python3.11-venv)."
}

# pip, because it reads the indexes and wheel folders configured on this machine, where the CPU build may be
# at hand. Only when it is not is PyTorch's own index asked.
install_cpu_torch() {
    local index=https://download.pytorch.org/whl/cpu
    local pip=(.venv/bin/pip install --quiet --no-deps --no-compile --constraint requirements/cpu.txt torch)
    "${pip[@]}" 2>/dev/null && return
    say "no CPU build of torch on the configured indexes; asking $index"
    "${pip[@]}" --index-url "$index" && return
    die "torch's CPU build is neither on the configured indexes nor reachable at $index;" \
        "put its wheel in a folder and set PIP_FIND_LINKS to that folder."
}

install_cpu() {
    .venv/bin/pip install --quiet --no-deps --constraint requirements/cpu.txt uv
    install_cpu_torch
    # uv takes a third of pip's time, but does not know the indexes that only pip is configured for.
    local options=(install --quiet --no-deps --requirement requirements/cpu.txt)
    .venv/bin/uv pip "${options[@]}" --build-constraints requirements/cpu.txt --python .venv/bin/python \
        --compile-bytecode && return
    say "uv could not install the packages; trying pip"
    .venv/bin/pip "${options[@]}"
}

make_environment() {
    local python
    python=$(find_python)
    say "installing into .venv with $python; about 3 GB, a minute or two"
    "$python" -m venv --clear .venv
    if [ "$1" = cpu ]; then install_cpu; fi
}

install_project() {
    case $1 in
        cpu) .venv/bin/pip install --quiet --no-deps --no-build-isolation --editable . ;;
        gpu) .venv/bin/pip install --editable '.[gpu,dev]' ;;
    esac
}

# The stamp is removed first and written last, so a set-up that was interrupted is never taken for a whole one.
set_up() {
    local device packages project stamp=.venv/ratchetrl-stamp
    device=$(choose_device)
    packages="$device $PWD $(cksum <requirements/cpu.txt)"
    project=$(cksum <pyproject.toml)
    .venv/bin/python -c '' 2>/dev/null && [ "$(cat $stamp 2>/dev/null)" = "$packages $project" ] && return
    if ! grep -qsF "$packages" $stamp; then
        rm -f $stamp
        make_environment "$device"
    fi
    rm -f $stamp
    install_project "$device"
    echo "$packages $project" >$stamp
}

exec 9>.venv.lock # two scripts started together must not build one environment
flock 9
set_up
exec 9>&-

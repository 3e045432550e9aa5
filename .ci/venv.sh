# Sourced by quickstart and run-tests, from the top of the project. Defines ensure_venv.

# The first Python that is new enough; pyenv's shims answer to names that do not run, hence the trial.
find_python() {
    local name
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3.11 python3.12 python3.13 python3 python; fi
    for name; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    echo "error: no Python 3.11 or newer found; install it (apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3 $0" >&2
    return 1
}

# Whether .venv holds a Python that starts and was made for this folder (its scripts name it by its full path).
venv_is_sound() {
    .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 &&
        { [ ! -f .venv/installed ] || grep -qxF "at $(pwd -P)" .venv/installed; }
}

create_venv() {
    rm -rf .venv || return
    if command -v uv >/dev/null; then uv venv --python "$1" .venv; else "$1" -m venv .venv; fi
}

install_into_venv() {
    if command -v uv >/dev/null; then
        uv pip install --python .venv/bin/python --editable "$1"
    else
        # A .venv made by uv has no pip.
        .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip || return
        .venv/bin/python -m pip install --no-input --disable-pip-version-check --editable "$1"
    fi
}

# ensure_venv REQUIREMENT: .venv holds the project, editable, as REQUIREMENT ("." or ".[dev]") says. Returns at once
# when pyproject.toml is as it was at the last installation.
ensure_venv() {
    local python checksum log
    checksum=$(cksum <pyproject.toml)
    if venv_is_sound; then
        # What was installed with an extra serves without it, too.
        if grep -qxF "$1 $checksum" .venv/installed 2>/dev/null; then return; fi
        if [ "$1" = . ] && grep -qxF ".[dev] $checksum" .venv/installed 2>/dev/null; then return; fi
    else
        python=$(find_python) || return
        echo "creating .venv with $python" >&2
        if ! log=$(create_venv "$python" 2>&1); then
            rm -rf .venv
            printf '%s\nerror: .venv could not be created; on Debian and Ubuntu: apt-get install python3-venv\n' "$log" >&2
            return 1
        fi
    fi
    echo "installing lambda-fsm${1#.} into .venv" >&2
    if ! log=$(install_into_venv "$1" 2>&1); then
        printf '%s\nerror: the installation failed; the output above says why\n' "$log" >&2
        return 1
    fi
    printf 'at %s\n%s %s\n' "$(pwd -P)" "$1" "$checksum" >.venv/installed
}

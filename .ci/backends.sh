# Sourced by run-tests, from the top of the project. Defines ensure_backends.

# The servers and tools that the tests start are kept outside the checkout, once for all checkouts of one list of versions.
BACKENDS_PYTHON="ministack==1.5.33 moto[dynamodb,server]==5.2.5"
BACKENDS_SAM="aws-sam-cli==1.170.0"
BACKENDS_ORIGINAL="aws-lambda-fsm==0.35.0"
BACKENDS_NODE="kinesalite@3.3.3"
# The oldest that the extra `typecheck` allows; its folder is named by it, so that the list above stays as it is.
OLDEST_MYPY="1.9.0"
FSM_BACKENDS="${FSM_BACKENDS:-${XDG_CACHE_HOME:-$HOME/.cache}/lambda-fsm/backends-$(echo "$BACKENDS_PYTHON $BACKENDS_SAM $BACKENDS_ORIGINAL $BACKENDS_NODE" | cksum | cut -d' ' -f1)}"
export FSM_BACKENDS

# quietly NAME COMMAND...: a back end that cannot be installed costs its own tests only; they name what is missing.
quietly() {
    local name=$1 log
    shift
    if ! log=$("$@" 2>&1 </dev/null); then
        printf '%s\nwarning: %s could not be installed\n' "$(tail -5 <<<"$log")" "$name" >&2
    fi
}

# install_python VENV REQUIREMENTS: each in a venv of its own, since they pin releases of botocore.
install_python() {
    local python place="$FSM_BACKENDS/$1"
    python=$(find_python) || return
    rm -rf "$place"
    if command -v uv >/dev/null; then
        # shellcheck disable=SC2086
        uv venv --python "$python" "$place" && uv pip install --python "$place/bin/python" $2
    else
        # shellcheck disable=SC2086
        "$python" -m venv "$place" && "$place/bin/python" -m pip install --no-input --disable-pip-version-check $2
    fi && touch "$place/complete"
}

# The original framework, alone: it pins a PyYAML that does not build any more, and works with newer ones.
install_original() {
    local python place="$FSM_BACKENDS/original"
    python=$(find_python) || return
    rm -rf "$place"
    if command -v uv >/dev/null; then
        uv pip install --python "$python" --no-deps --target "$place" "$BACKENDS_ORIGINAL"
    else
        "$python" -m pip install --no-input --disable-pip-version-check --no-deps --target "$place" "$BACKENDS_ORIGINAL"
    fi && touch "$place/complete"
}

# With leveldown, which is optional to it: streams then outlive the server.
install_kinesalite() {
    npm install --silent --no-audit --no-fund --prefix "$FSM_BACKENDS/node" "$BACKENDS_NODE" &&
        touch "$FSM_BACKENDS/node/complete"
}

# install_program COMMAND PACKAGE: from Debian's packages; without root unpacked beside the others.
install_program() {
    if [ "$(id -u)" = 0 ]; then
        # The package may start a server of its own, which nobody here wants.
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$2" ||
            { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$2"; }
    else
        local place="$FSM_BACKENDS/debian"
        mkdir -p "$place" && (cd "$place" && apt-get download "$2" && for package in "${2}"_*.deb; do dpkg -x "$package" .; done)
    fi
}

# ensure_backends: returns at once when all is there.
ensure_backends() {
    mkdir -p "$FSM_BACKENDS"
    export PATH="$FSM_BACKENDS/debian/usr/bin:$PATH"
    if [ ! -f "$FSM_BACKENDS/venv/complete" ]; then
        echo "installing ministack and moto into $FSM_BACKENDS" >&2
        quietly "ministack and moto" install_python venv "$BACKENDS_PYTHON"
    fi
    if [ ! -f "$FSM_BACKENDS/sam/complete" ]; then
        echo "installing the SAM command line into $FSM_BACKENDS" >&2
        quietly sam install_python sam "$BACKENDS_SAM"
    fi
    if [ ! -f "$FSM_BACKENDS/original/complete" ]; then
        quietly aws-lambda-fsm install_original
    fi
    if [ ! -f "$FSM_BACKENDS/mypy-${OLDEST_MYPY%.0}/complete" ]; then
        quietly "mypy $OLDEST_MYPY" install_python "mypy-${OLDEST_MYPY%.0}" "mypy==$OLDEST_MYPY"
    fi
    if { [ ! -f "$FSM_BACKENDS/node/complete" ] || [ ! -d "$FSM_BACKENDS/node/node_modules/leveldown" ]; } && command -v npm >/dev/null; then
        echo "installing kinesalite into $FSM_BACKENDS" >&2
        quietly kinesalite install_kinesalite
    fi
    command -v redis-server >/dev/null || quietly redis-server install_program redis-server redis-server
    command -v memcached >/dev/null || quietly memcached install_program memcached memcached
    command -v make >/dev/null || quietly make install_program make make
    # Without root it cannot be had: its libraries and plug-ins do not work where they are merely unpacked.
    command -v dot >/dev/null || [ "$(id -u)" != 0 ] || quietly dot install_program dot graphviz
}

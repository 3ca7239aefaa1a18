#!/usr/bin/env bash
# A Docker engine and a base image for the starter suite, where they can be had. May be run again.
#
# The last line says how it went: "docker: ready ..." (exit code 0) or "docker: none: <reason>" (1).
# The base is made from the distribution's own packages and needs no image registry. Its name is
# known to runners/containers/images.py, which gives it to builds; without it they start from the
# image that the Dockerfiles name.
set -uo pipefail
cd "$(dirname "$0")/.."
BASE=marketbench-base:latest
LOG=${TMPDIR:-/tmp}/marketbench-dockerd.log

none() { echo "docker: none: $*"; exit 1; }
answers() { timeout 10 docker info >/dev/null 2>&1; }
install() { # packages
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@") >/dev/null 2>&1
}

start() { # options of dockerd
  setsid nohup dockerd "$@" >>"$LOG" 2>&1 </dev/null &
  local daemon=$!
  for _ in $(seq 60); do
    answers && return 0
    kill -0 "$daemon" 2>/dev/null || return 1
    sleep 0.5
  done
  kill "$daemon"
  return 1
}

if ! answers; then
  [ -z "${DOCKER_HOST:-}" ] || none "nothing answers at DOCKER_HOST"
  [ "$(id -u)" = 0 ] || none "no engine answers, and only root can start one"
  command -v dockerd >/dev/null && command -v docker >/dev/null || install docker.io || true
  command -v dockerd >/dev/null || none "no engine is installed, and apt has no docker.io"
  # The last one for machines where we may not touch the firewall: no container has a network then.
  start --storage-driver=overlay2 || start --storage-driver=vfs ||
    start --storage-driver=vfs --iptables=false --ip6tables=false --bridge=none ||
    none "dockerd does not start here: $(tail -n 1 "$LOG" | cut -c 1-200)"
fi

make_base() {
  command -v debootstrap >/dev/null || install debootstrap || return 1
  local root codename mirror version
  root=$(mktemp -d) && trap 'rm -rf "$root"' RETURN
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # The mirror that apt itself uses for the release.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" 'Component: main' | head -n 1)
  debootstrap --variant=minbase --include=python3,python3-pip,git,ca-certificates,patch \
    "$codename" "$root/base" "$mirror" >/dev/null || return 1
  # The pytest that the suite is validated with, without a network inside.
  version=$(.venv/bin/python -c 'import pytest; print(pytest.__version__)') || return 1
  .venv/bin/python -m pip download -q --only-binary :all: -d "$root/base/wheels" "pytest==$version" || return 1
  chroot "$root/base" python3 -m pip install -q --no-index --find-links /wheels --break-system-packages \
    pytest >/dev/null 2>&1 || return 1
  rm -rf "$root/base/wheels" "$root"/base/var/cache/apt/* "$root"/base/var/lib/apt/lists/*
  tar -C "$root/base" -c . | docker import --change 'CMD ["/bin/bash"]' - "$BASE" >/dev/null
}

if docker image inspect "$BASE" >/dev/null 2>&1; then
  how="base image is there"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && make_base; then
  how="base image made"
else
  how="no base image made, images start from the one that their Dockerfile names"
fi
echo "docker: ready: engine $(docker version --format '{{.Server.Version}}'), $how"

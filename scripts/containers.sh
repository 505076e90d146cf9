#!/bin/sh
# What `make test-containers` needs of the machine: Docker with compose, or Podman, and a way to make a base image where
# no registry of images is reached. Takes what is there; else installs Debian's packages.
set -eu

there() { command -v "$1" >/dev/null 2>&1; }

if there docker && docker info >/dev/null 2>&1; then exit 0; fi
if there podman && there runc && there debootstrap && [ -x /usr/lib/podman/aardvark-dns ]; then exit 0; fi
if ! there apt-get || [ "$(id -u)" -ne 0 ]; then
    echo 'No container engine: install Docker with its compose plug-in, or (as root, on Debian) run this again.' >&2
    exit 1
fi
echo 'Installing Podman with apt-get ...'
apt-get update -qq || true
# runc, as Debian's crun does not start where both generations of cgroups are mounted.
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
    podman runc conmon netavark aardvark-dns iptables debootstrap >/dev/null

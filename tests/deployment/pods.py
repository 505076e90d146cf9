"""A pod of the manifests for `podman kube play`: all as written, but for what Podman 4 cannot do.

It knows volumes as folders only, and stumbles over containers that run first.
"""

from __future__ import annotations

import copy
from pathlib import Path

import yaml
from manifests import Object, render


def pod(service: str, part: str, image: str, secrets: dict[str, Path], folder: Path) -> str:
    """The deployment of a part in the `dev` overlay of a service, with its settings, as text.

    `secrets` are the files of its secrets, by where they are mounted; what it keeps in memory lies in `folder`.
    """
    overlay = render("dev", service)
    deployment = copy.deepcopy(overlay.named("Deployment", part))
    spec: Object = deployment["spec"]["template"]["spec"]
    volumes: list[Object] = []
    spec["volumes"] = volumes
    # Podman 4 takes a container that has run first away while it still ends, and stops there; compose has migrated.
    del spec["initContainers"]
    for container in spec["containers"]:
        container["image"] = image
        container["imagePullPolicy"] = "Never"
        container["volumeMounts"] = []
        for number, (mounted, file) in enumerate({**secrets, "/tmp": _writable(folder)}.items()):  # noqa: S108
            container["volumeMounts"].append({"name": f"volume-{number}", "mountPath": mounted})
            volume = {"name": f"volume-{number}", "hostPath": {"path": str(file)}}
            if volume not in volumes:
                volumes.append(volume)
    settings = [each for each in overlay.of("ConfigMap") if each["metadata"]["name"].startswith("settings-")]
    return yaml.safe_dump_all([*settings, deployment])


def _writable(folder: Path) -> Path:
    made = folder / "tmp"
    made.mkdir(exist_ok=True)
    made.chmod(0o1777)
    return made

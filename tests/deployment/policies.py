"""What must hold for every overlay: each rule takes an overlay's objects and says what breaks it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from manifests import COMPONENT, Manifests, Object, quantity, selects
from services import PARTS, SERVICES

from common import metrics
from common.settings import WorkerSettings
from common.worker import main as worker

PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"}
BROWSER = 700 * 2**20
"""What a browser may grow to before it is recycled (ROGER_BROWSER_MEMORY_LIMIT_MB)."""


def restricted(of: Manifests) -> Iterator[str]:
    """The `restricted` level of pod security, and no way to the cluster's own API."""
    for namespace in of.of("Namespace"):
        if namespace["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
            yield "the namespace does not enforce it"
    for name, pod in of.pods():
        spec, security = pod["spec"], pod["spec"].get("securityContext", {})
        holds = {
            "does not run as root": security.get("runAsNonRoot") and security.get("runAsUser", 0) != 0,
            "has a seccomp profile": security.get("seccompProfile", {}).get("type") == "RuntimeDefault",
            "has no token for the cluster": spec.get("automountServiceAccountToken") is False,
            "has namespaces of its own": not {"hostNetwork", "hostPID", "hostIPC"} & set(spec),
            "sees nothing of its host": not any("hostPath" in volume for volume in spec.get("volumes", [])),
        }
        yield from (f"{name}: not so that it {what}" for what, held in holds.items() if not held)


def confined(of: Manifests) -> Iterator[str]:
    """Containers have a read-only root and nothing to gain."""
    for name, container in of.containers():
        security = container.get("securityContext", {})
        if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
            yield f"{name} may gain privileges"
        if not security.get("readOnlyRootFilesystem"):
            yield f"{name} may write to its root"
        if security.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{name} keeps capabilities"


def memory(of: Manifests) -> Iterator[str]:
    """Everything has a limit, and what a pod keeps in memory-backed folders fits into it beside its work."""
    for name, container in of.containers():
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield f"{name} has no limit"
    for part in PARTS:
        volumes = of.pod(part)["volumes"]
        kept = sum(
            quantity(each["emptyDir"]["sizeLimit"])
            for each in volumes
            if each.get("emptyDir", {}).get("medium") == "Memory"
        )
        shifts = int(of.settings.get("ROGER_WORKER_SHIFTS", "1"))
        local = part == "worker" and "ROGER_BROWSER_REMOTE_URL" not in of.settings
        needed = BROWSER * shifts + kept if local else 2**28
        if quantity(of.main(part).get("resources", {}).get("limits", {}).get("memory", "0Mi")) < needed:
            yield f"{part} does not hold its browsers and its folders in memory"
        if local and not any(mount["mountPath"] == "/dev/shm" for mount in of.main(part)["volumeMounts"]):  # noqa: S108
            yield f"{part} has 64 MB of shared memory, as Chromium's would be"


def probed(of: Manifests) -> Iterator[str]:
    """A process is waited for, restarted when its loop stands still, and left out while PostgreSQL is away."""
    meant = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    for part in PARTS:
        for probe, path in meant.items():
            if of.main(part).get(probe, {}).get("httpGet") != {"path": path, "port": "http"}:
                yield f"{part}: {probe} does not ask {path}"


def finishes(of: Manifests) -> Iterator[str]:
    """Whatever pod is picked, its case is finished: longest run and 30 seconds, which hold a browser's end too."""
    grace = WorkerSettings(grace=float(of.settings.get("ROGER_WORKER_GRACE", WorkerSettings().grace))).grace
    given = of.pod("worker").get("terminationGracePeriodSeconds", 30)
    if given != grace + 30:
        yield f"a worker has {given} s to end, its longest run and 30 s are {grace + 30:.0f}"
    if worker._LAST_WORDS >= 30:  # pyright: ignore[reportPrivateUsage]
        yield "a run that is stopped may take longer than what is left"
    if "preStop" in of.main("worker").get("lifecycle", {}):
        yield "a worker's time begins before it hears of its end"


def disrupted_one_by_one(of: Manifests) -> Iterator[str]:
    """Each part has a budget that means it, and lets a node be emptied all the same."""
    for part in PARTS:
        budgets = [
            budget["spec"] for budget in of.of("PodDisruptionBudget") if selects(budget["spec"]["selector"], part)
        ]
        if len(budgets) != 1:
            yield f"{part} has {len(budgets)} budgets"
        elif "maxUnavailable" not in budgets[0] and budgets[0].get("minAvailable") != 1:
            yield f"{part}: its budget would keep a node from being emptied"


def spread(of: Manifests) -> Iterator[str]:
    """Replicas lie on different machines and in different zones."""
    for part in PARTS:
        constraints = of.pod(part).get("topologySpreadConstraints", [])
        keys = {each["topologyKey"] for each in constraints if selects(each["labelSelector"], part)}
        if keys != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            yield f"{part} is spread over {sorted(keys)} only"


def walled(of: Manifests) -> Iterator[str]:
    """Nothing is reached but what a policy names, with its port; the open net by TLS only, and no private address."""
    walls = [p for p in of.of("NetworkPolicy") if p["spec"]["podSelector"] == {} and not _rules(p)]
    if not any(set(wall["spec"]["policyTypes"]) == {"Ingress", "Egress"} for wall in walls):
        yield "nothing denies what no policy names"
    for policy in of.of("NetworkPolicy"):
        name = policy["metadata"]["name"]
        for rule in _rules(policy):
            if not (rule.get("to") or rule.get("from")) or not rule.get("ports"):
                yield f"{name} names no place or no port"
            for block in _open(rule):
                if set(block.get("except", [])) != PRIVATE or [port["port"] for port in rule["ports"]] != [443]:
                    yield f"{name} opens more than the open net, or not by TLS"
    if any(_open(rule) for rule in _rules(of.named("NetworkPolicy", "targets"))):
        yield "a browser reaches everything"


def let_out(of: Manifests) -> Iterator[str]:
    """Each part reaches what it is for: a worker its targets, PostgreSQL, Redis and names, and nothing else."""
    everybody = {"names", "postgresql", "default-deny"}
    wanted = {
        "api": everybody | {"redis", "issuer"},
        "errands": everybody | {"redis", "webhooks"},
        "worker": everybody | {"redis", "targets"},
        "migrate": everybody,
    }
    for component, names in wanted.items():
        found = {policy["metadata"]["name"] for policy in of.policies_for(component, "Egress")}
        if found != names:
            yield f"{component}: {sorted(found ^ names)}"
    for component in ("worker", "errands"):
        found = {policy["metadata"]["name"] for policy in of.policies_for(component, "Ingress")}
        if found != {"default-deny", "prometheus"}:
            yield f"{component} is reached by {sorted(found)}"


def _open(rule: Object) -> list[Object]:
    return [p["ipBlock"] for p in rule.get("to", []) if p.get("ipBlock", {}).get("cidr", "").endswith("/0")]


def _rules(policy: Object) -> list[Object]:
    return [*policy["spec"].get("egress", []), *policy["spec"].get("ingress", [])]


def by_tls(of: Manifests) -> Iterator[str]:
    """Callers come by TLS; where data leave the namespace, the server's certificate is checked."""
    for ingress in of.of("Ingress"):
        covered = {host for each in ingress["spec"].get("tls", []) if each.get("secretName") for host in each["hosts"]}
        for rule in ingress["spec"]["rules"]:
            if rule["host"] not in covered:
                yield f"{rule['host']} has no certificate"
    if of.settings["ROGER_ENVIRONMENT"] != "production":
        return
    for name in ("ROGER_DATABASE_URL", "MIGRATOR_DATABASE_URL"):
        if parse_qs(urlsplit(of.settings[name]).query).get("sslmode") != ["verify-full"]:
            yield f"{name} takes any server's word"
    if not of.settings["ROGER_REDIS_URL"].startswith("rediss://"):
        yield "Redis is spoken to in the clear"


def told_who_asks(of: Manifests) -> Iterator[str]:
    """Behind an ingress the api is told whose word about a request's origin counts: else all strangers share one rate."""
    behind = of.of("Ingress") and of.settings["ROGER_ENVIRONMENT"] == "production"
    if behind and not of.settings.get("ROGER_API_PROXIES"):
        yield "the api takes the ingress for everybody"


def secret_free(of: Manifests) -> Iterator[str]:
    """Secrets are referred to and mounted as files; none is written here, in an address or a variable."""
    if of.of("Secret"):
        yield "there is a secret among the manifests"
    for name, value in of.settings.items():
        if re.search(r"://[^/@]*:[^/@]+@", value):
            yield f"{name} holds a password"
    for name, container in of.containers():
        for variable in container.get("env", []):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                yield f"{name}: {variable['name']} would be in the environment of whatever it starts"


def scaled(of: Manifests) -> Iterator[str]:
    """The api by load; workers by waiting work and its age, down to none; errands by nobody: they are always on."""
    if of.settings["ROGER_ENVIRONMENT"] != "production":
        if any("replicas" in of.named("Deployment", part)["spec"] for part in ("api", "worker")):
            yield "a number of replicas is fixed"
        return
    scalers = {
        (each["kind"], each["spec"]["scaleTargetRef"]["name"]): each["spec"]
        for each in [*of.of("HorizontalPodAutoscaler"), *of.of("ScaledObject")]
    }
    if set(scalers) != {("HorizontalPodAutoscaler", "api"), ("ScaledObject", "worker")}:
        yield f"what is scaled is {sorted(scalers)}"
        return
    if any("replicas" in of.named("Deployment", part)["spec"] for part in ("api", "worker")):
        yield "a number of replicas is fixed, each rollout would set it back"
    if scalers["ScaledObject", "worker"]["minReplicaCount"] != 0:
        yield "workers never go to zero"
    queries = {
        trigger["name"]: trigger["metadata"]["query"]
        for trigger in scalers["ScaledObject", "worker"]["triggers"]
        if trigger["type"] == "prometheus"
    }
    if set(queries) != {"waiting", "age"}:
        yield "workers are not scaled by waiting work and its age"
    exported = {metric.removesuffix("_total") for metric in _exported()}
    for query in queries.values():
        unknown = set(re.findall(r"roger_\w+", query)) - exported
        if unknown or f'service="{of.settings["ROGER_SERVICE"]}"' not in query:
            yield f"{query} asks for {sorted(unknown)}, or for another service"


def _exported() -> set[str]:
    return {name for each in vars(metrics).values() for name in [getattr(each, "_name", "")] if name}


def apart(of: Manifests) -> Iterator[str]:
    """A service has a namespace and a database of its own, and is called as its namespace says."""
    name = of.settings["ROGER_SERVICE"]
    namespaces = {each["metadata"].get("namespace", each["metadata"]["name"]) for each in of.objects}
    if namespaces != {f"roger-{name}"}:
        yield f"{name} lies in {sorted(namespaces)}"
    for variable, role in (("ROGER_DATABASE_URL", "app"), ("MIGRATOR_DATABASE_URL", "migrator")):
        found = urlsplit(of.settings[variable])
        if (found.username, found.path) != (f"{name}_{role}", f"/{name}"):
            yield f"{variable} is another's: {found.username} at {found.path}"


def _stands_in(module: str) -> bool:
    return module.startswith("sandbox.") and importlib.util.find_spec(module) is not None


def acquainted(of: Manifests) -> Iterator[str]:
    """A service knows where its targets are, has its accounts there and its key files, and no others.

    A cluster on a laptop has stand-ins.
    """
    service = SERVICES[of.settings["ROGER_SERVICE"]]
    targets = {target.name for target in service.targets}
    told = {found[1].lower() for name in of.settings if (found := re.fullmatch(r"ROGER_TARGET_([A-Z]+)_URL", name))}
    if told != targets:
        yield f"targets are {sorted(targets)}, settings say where {sorted(told)} are"
    mounted = {mount["mountPath"]: mount["name"] for mount in of.main("worker")["volumeMounts"]}
    volumes = {each["name"]: each["secret"]["secretName"] for each in of.pod("worker")["volumes"] if "secret" in each}
    wanted = {f"accounts-{target}" for target in targets} | set(service.key_files.values())
    if set(volumes.values()) != wanted:
        yield f"the worker's secrets are {sorted(volumes.values())}, wanted {sorted(wanted)}"
    for setting, name in service.key_files.items():
        folder, _, file = of.settings.get(setting, "").rpartition("/")
        if (volumes.get(mounted.get(folder, "")), file) != (name, name):
            yield f"{setting} is not where {name} is"
    for target in targets:
        folder = of.settings.get(f"ROGER_TARGET_{target.upper()}_ACCOUNTS", "")
        if volumes.get(mounted.get(folder, "")) != f"accounts-{target}":
            yield f"{folder or 'nothing'} is not where the accounts at {target} are"
    stand_ins = {name: pod["spec"]["containers"][0]["args"][2] for name, pod in of.pods() if name in targets}
    if set(stand_ins) != (set[str]() if of.settings["ROGER_ENVIRONMENT"] == "production" else targets):
        yield f"there are stand-ins for {sorted(stand_ins)}"
    yield from (f"{module} is no stand-in" for module in stand_ins.values() if not _stands_in(module))


def started(of: Manifests) -> Iterator[str]:
    """Each part starts its own part of the service."""
    for part in PARTS:
        if of.main(part)["args"] != ["python3", "-m", f"{of.settings['ROGER_SERVICE']}_svc", part]:
            yield f"{part} starts {of.main(part)['args']}"


def always_on(of: Manifests) -> Iterator[str]:
    """With no worker at all schedules fire and data are deleted: errands run whatever else does."""
    least = 2 if of.settings["ROGER_ENVIRONMENT"] == "production" else 1
    if of.named("Deployment", "errands")["spec"].get("replicas", 1) < least:
        yield "errands may all be gone at once"


def migrated_first(of: Manifests) -> Iterator[str]:
    """Only the migration has the tables' owner's password; everything else waits until it is done."""
    job = of.main("migrate")
    variables = {each["name"]: each for each in job["env"]}
    if job["args"] != ["roger", "db", "upgrade"]:
        yield "the job does not migrate"
    if variables["ROGER_DATABASE_POOLER"].get("value") != "false":
        yield "a migration through a pooler loses its lock"
    if "_migrator@" not in of.settings["MIGRATOR_DATABASE_URL"] or "_app@" not in of.settings["ROGER_DATABASE_URL"]:
        yield "roles are not what they should be"
    for part in PARTS:
        pod = of.pod(part)
        if [first["args"] for first in pod.get("initContainers", [])] != [["roger", "db", "await"]]:
            yield f"{part} does not wait for its tables"
        if "migrator-password" in str(pod):
            yield f"{part} has the tables' owner's password"


def looked_ahead(of: Manifests) -> Iterator[str]:
    """In production the clock looks at the screens: with what a worker sees and is given, and no other way out."""
    jobs = [job["metadata"]["name"] for job in of.of("CronJob")]
    if jobs != (["screens-check"] if of.settings["ROGER_ENVIRONMENT"] == "production" else []):
        yield f"what the clock starts is {jobs}"
        return
    for name in jobs:
        pod, worker, main = of.pod(name), of.pod("worker"), of.main(name)
        if main["args"] != ["roger", "screens", "check", "--tell"]:
            yield f"{name} starts {main['args']}"
        if (pod["volumes"], main["volumeMounts"]) != (worker["volumes"], of.main("worker")["volumeMounts"]):
            yield f"{name} is given other things than a worker"
        found = {policy["metadata"]["name"] for policy in of.policies_for(name, "Egress")}
        if found != {"names", "postgresql", "default-deny", "targets"}:
            yield f"{name} reaches {sorted(found)}"


def of_one_version(of: Manifests) -> Iterator[str]:
    """In production an image is named by its version."""
    for name, container in of.containers():
        if not container["image"].startswith(("roger-", "localhost/roger-", "postgres:", "redis:")):
            yield f"{name} is {container['image']}"
        if of.settings["ROGER_ENVIRONMENT"] == "production" and container["image"].endswith(":latest"):
            yield f"{name} is whatever is latest"
    versions = {
        c["image"].rpartition(":")[2]
        for n, c in of.containers()
        if n.split("/")[0] in {*PARTS, "migrate", "screens-check"}
    }
    if len(versions) != 1:
        yield f"versions are mixed: {sorted(versions)}"


def labelled(of: Manifests) -> Iterator[str]:
    """Every workload and its pods say what part they are; selectors mean exactly them."""
    for workload in of.of("Deployment"):
        name, labels = workload["metadata"]["name"], workload["spec"]["template"]["metadata"]["labels"]
        if labels.get(COMPONENT) != name or workload["spec"]["selector"]["matchLabels"].get(COMPONENT) != name:
            yield f"{name} is not labelled as what it is"

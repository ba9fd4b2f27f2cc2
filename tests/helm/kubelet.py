"""Runs the chart's pods as processes, as a kubelet would: their arguments, environment, mounts, probes and grace."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import requests
from chart_rendered import Json, ours

from tests.e2e.processes import Process, free_port

Secrets = dict[str, dict[str, str]]


@dataclass
class Node:
    """Where pods run: in folders instead of on disks, at ports of this machine instead of addresses of their own."""

    folder: Path
    secrets: Secrets
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict)

    def pod(self, name: str, pod: Json) -> Pod:
        """A pod of a manifest, not started."""
        container = ours(pod)
        ports = {one["containerPort"]: free_port() for one in container.get("ports", [])}
        environment = {one["name"]: self._value(one) for one in container.get("env", [])}
        environment |= {
            key: str(ports.get(int(environment[key]), free_port())) for key in ("RUNG_PORT", "RUNG_METRICS_PORT")
        }
        home = self.folder / name
        home.mkdir()
        environment |= {"RUNG_HOME": str(home), "RUNG_HOST": "127.0.0.1"}
        moved = {mount["mountPath"]: self._mounted(pod, mount["name"], home) for mount in container["volumeMounts"]}
        arguments = [moved.get(word) or word for word in container["args"]]
        process = Process.python(home, "log", "rung", *arguments, **environment)
        return Pod(process, container, {one["name"]: ports[one["containerPort"]] for one in container.get("ports", [])})

    def _value(self, one: Json) -> str:
        source = one.get("valueFrom", {}).get("secretKeyRef")
        return self.secrets[source["name"]][source["key"]] if source else one["value"]

    def _mounted(self, pod: Json, volume: str, home: Path) -> str:
        """A ConfigMap's folder: each key is a link into a hidden folder. Other volumes are not needed."""
        (found,) = (one for one in pod["spec"]["volumes"] if one["name"] == volume)
        if "configMap" not in found:
            return ""
        folder = home / volume
        hidden = folder / "..2026_11_21_20_00_00.1"
        hidden.mkdir(parents=True)
        (folder / "..data").symlink_to(hidden.name)
        for key, text in self.config_maps[found["configMap"]["name"]].items():
            (hidden / key).write_text(text, encoding="utf-8")
            (folder / key).symlink_to(f"..data/{key}")
        return str(folder)


@dataclass
class Pod:
    """One pod as a process."""

    process: Process
    container: Json
    ports: dict[str, int]

    def answers(self, probe: str) -> bool:
        """Whether a probe (liveness, readiness) of it is answered as Kubernetes wants."""
        asked = self.container[f"{probe}Probe"]["httpGet"]
        try:
            return requests.get(f"http://127.0.0.1:{self.ports[asked['port']]}{asked['path']}", timeout=5).ok
        except requests.RequestException:
            return False

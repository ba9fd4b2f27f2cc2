"""What the chart makes is what Kubernetes takes, and what a careful cluster lets in."""

from __future__ import annotations

from collections import Counter

import pytest
from chart_rendered import KUBERNETES, VALUES, named, of_kind, ours, pods, rendered
from manifest_forms import wrong

_OTHERS = {"ExternalSecret"}
"""Custom resources that are not the chart's: the values files give them."""


@pytest.mark.parametrize("version", [KUBERNETES, "1.27"])
@pytest.mark.parametrize("values", VALUES)
def test_every_manifest_has_the_form_that_kubernetes_wants(values: str, version: str) -> None:
    told = {named(one): wrong(one, version) for one in rendered(values) if one["kind"] not in _OTHERS}
    assert {name: sentence for name, sentence in told.items() if sentence} == {}


def test_a_mistake_is_found_in_every_kind_of_form() -> None:
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": {"maxUnavailble": 1}}
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": {"ruels": []}}
    monitor = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PodMonitor", "spec": {"podMetricEndpoints": []}}
    assert "maxUnavailble" in wrong(budget, KUBERNETES)
    assert "ruels" in wrong(route, KUBERNETES)
    assert "podMetricEndpoints" in wrong(monitor, KUBERNETES)


@pytest.mark.parametrize("values", VALUES)
def test_no_two_objects_have_one_name(values: str) -> None:
    assert not [name for name, count in Counter(map(named, rendered(values))).items() if count > 1]


@pytest.mark.parametrize("values", VALUES)
def test_every_pod_may_run_under_the_restricted_standard(values: str) -> None:
    made = list(pods(rendered(values)))
    assert made
    for name, pod in made:
        spec, mine = pod["spec"], ours(pod)["securityContext"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert mine["allowPrivilegeEscalation"] is False, name
        assert mine["readOnlyRootFilesystem"] is True, name
        assert mine["capabilities"] == {"drop": ["ALL"]}, name
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")), name
        assert not any("hostPath" in volume for volume in spec["volumes"]), name


@pytest.mark.parametrize("values", VALUES)
def test_no_pod_takes_settings_from_the_services_beside_it(values: str) -> None:
    # A Service called `rung` would set RUNG_PORT to its address.
    assert all(pod["spec"]["enableServiceLinks"] is False for _, pod in pods(rendered(values)))


@pytest.mark.parametrize("values", VALUES)
def test_every_pod_says_what_it_may_take(values: str) -> None:
    for name, pod in pods(rendered(values)):
        told = ours(pod)["resources"]
        assert set(told["requests"]) == {"cpu", "memory"}, name
        assert "memory" in told["limits"], name


@pytest.mark.parametrize("values", VALUES)
def test_every_mount_has_its_volume(values: str) -> None:
    for name, pod in pods(rendered(values)):
        there = {volume["name"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in ours(pod)["volumeMounts"]} == there, name


@pytest.mark.parametrize("values", VALUES)
def test_nothing_is_set_twice_in_a_pod(values: str) -> None:
    for name, pod in pods(rendered(values)):
        counted = Counter(one["name"] for one in ours(pod).get("env", []))
        assert not [key for key, count in counted.items() if count > 1], name


@pytest.mark.parametrize("values", VALUES)
def test_what_selects_pods_finds_the_pods_of_its_role(values: str) -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(rendered(values))}
    for one in of_kind(rendered(values), "Deployment", "PodDisruptionBudget"):
        wanted = one["spec"]["selector"]["matchLabels"].items()
        assert [name for name, told in labels.items() if wanted <= told.items()] == [one["metadata"]["name"]]
    for one in of_kind(rendered(values), "Service"):
        wanted = one["spec"]["selector"].items()
        found = [pod for _, pod in pods(rendered(values)) if wanted <= pod["metadata"]["labels"].items()]
        ports = {port["name"] for port in ours(found[0])["ports"]}
        assert len(found) == 1
        assert {port["targetPort"] for port in one["spec"]["ports"]} <= ports


@pytest.mark.parametrize("values", [name for name in VALUES if name != "external-secrets"])
def test_no_pod_is_without_a_policy_of_its_own(values: str) -> None:
    policies = of_kind(rendered(values), "NetworkPolicy")
    for name, pod in pods(rendered(values)):
        told = pod["metadata"]["labels"].items()
        found = [one for one in policies if one["spec"]["podSelector"]["matchLabels"].items() <= told]
        assert len(found) == 2, f"{name}: the one for all, and its own"
        assert all(one["spec"]["policyTypes"] == ["Ingress", "Egress"] for one in found)


def test_what_scales_finds_what_it_scales() -> None:
    for values in ("everything", "keda", "adapter"):
        there = {one["metadata"]["name"]: one for one in of_kind(rendered(values), "Deployment")}
        scalers = of_kind(rendered(values), "HorizontalPodAutoscaler", "ScaledObject")
        assert scalers
        for one in scalers:
            # A number of pods in the manifest would undo the autoscaler's with each upgrade.
            assert "replicas" not in there[one["spec"]["scaleTargetRef"]["name"]]["spec"]

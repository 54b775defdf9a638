"""GenNAS on Ray gives the losses of the local pool, even if workers die."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nasport.schemas import Architecture, InputError, MissingRuntimeError, NasportError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.spaces import load_space
from tests.deadly import Deadly, DeadlyOnce

pytest.importorskip("torch")
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # Ray reads this variable on import
ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'nasport[ray]'")

from nasport.toolkit.gennas.planning import plan_of  # noqa: E402
from nasport.toolkit.gennas.pool import regress_all  # noqa: E402
from nasport.toolkit.gennas.ray.cluster import connected  # noqa: E402
from nasport.toolkit.gennas.ray.ray_pool import DIED, cluster, regress_all_on_ray  # noqa: E402
from nasport.toolkit.gennas.trainer import Outcome, Plan  # noqa: E402

TINY = Choices(preset="light", iterations=2, batch_size=2, width=0.25, precision="float32")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(TINY)


@pytest.fixture(scope="module")
def networks() -> list[Architecture]:
    small = [sampled("nasbench201", seed) for seed in range(3)]
    return [*small, sampled("nasbench_nlp")]


@pytest.fixture(scope="module")
def expected(networks: list[Architecture], plan: Plan) -> list[Outcome]:
    return [untimed(outcome) for _, outcome in regress_all(networks, plan, jobs=1)]


def sampled(space: str, seed: int = 0) -> Architecture:
    chosen = load_space(space)
    return chosen.architecture(chosen.sample(np.random.default_rng(seed)))


def untimed(outcome: Outcome) -> Outcome:
    return replace(outcome, seconds=None)


@pytest.mark.parametrize("address", ["127.0.0.1:{free}", "ray://127.0.0.1:{free}", "nonsense", "host:port"])
def test_an_address_without_a_cluster_is_refused(
    address: str, networks: list[Architecture], plan: Plan
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # no process listens on this port
        address = address.format(free=free.getsockname()[1])
        with pytest.raises(InputError, match="no Ray cluster can be joined at"):
            next(regress_all_on_ray(networks, plan, address))
    assert not ray.is_initialized()


def test_without_ray_the_extra_is_named(
    networks: list[Architecture], plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingRuntimeError, match=r"pip install .*\[ray\]"):
        regress_all_on_ray(networks, plan)


def test_a_cluster_that_cannot_start_is_refused() -> None:
    environment = dict(os.environ)
    with pytest.raises(NasportError, match="no Ray cluster can be started"), connected(ray, None, cores=-1):
        raise AssertionError("not to be reached")
    assert dict(os.environ) == environment


def test_a_cluster_that_other_machines_can_reach_is_ended() -> None:
    environment = dict(os.environ)
    open_ray = OpenRay()
    with pytest.raises(NasportError, match="other machines"), connected(open_ray, None, cores=1):
        raise AssertionError("not to be reached")
    assert open_ray.ended
    assert dict(os.environ) == environment


class OpenRay:
    """Imitation of Ray that was imported without the environment variable for the loopback address."""

    exceptions = ray.exceptions
    ended = False

    def is_initialized(self) -> bool:
        return False

    def init(self, **options: object) -> None:
        pass

    def nodes(self) -> list[dict[str, str]]:
        return [{"NodeManagerAddress": "192.0.2.1"}]

    def shutdown(self) -> None:
        self.ended = True


def test_ray_writes_nothing_to_standard_output() -> None:
    program = (
        "from tests.deadly import Deadly\n"
        "from tests.test_ray import TINY, sampled\n"
        "from nasport.toolkit.gennas.planning import plan_of\n"
        "from nasport.toolkit.gennas.ray.ray_pool import DIED, regress_all_on_ray\n"
        "deadly = Deadly(**vars(sampled('nasbench201')))\n"
        "for place, outcome in regress_all_on_ray([deadly], plan_of(TINY), in_flight=1):\n"
        "    print(place, outcome.failed == DIED)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0 True\n"), done.stderr


# The following tests share one cluster, which starts slowly; the tests above need that no cluster runs.


@pytest.fixture(scope="module")
def ours() -> Iterator[set[int]]:
    """Start a cluster with nasport and yield the processes that existed before."""
    before = descendants()
    with cluster(cores=2):
        yield before
    assert not ray.is_initialized()


def test_losses_equal_those_of_the_local_pool_despite_dying_workers(
    ours: set[int],
    networks: list[Architecture],
    plan: Plan,
    expected: list[Outcome],
    tmp_path: Path,
) -> None:
    marker = tmp_path / "killed"
    once = DeadlyOnce(**{**vars(networks[1]), "name": str(marker)})
    deadly = Deadly(**vars(networks[0]))
    listening: set[str] = set()
    found = {}
    with closing(regress_all_on_ray([networks[0], deadly, once, *networks[2:]], plan)) as outcomes:
        for place, outcome in outcomes:
            found[place] = untimed(outcome)
            listening |= addresses_of(descendants() - ours)
    assert found.pop(1) == Outcome(None, None, DIED)
    assert [outcome for _, outcome in sorted(found.items())] == expected
    assert int(marker.read_text()) != os.getpid()
    assert listening == {"127.0.0.1"}


def test_an_existing_connection_is_kept_and_running_tasks_are_canceled(
    ours: set[int], networks: list[Architecture], plan: Plan, expected: list[Outcome]
) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Architecture]:
        for number in range(1_000_000):
            taken.append(number)
            yield networks[number % 2]

    with closing(regress_all_on_ray(endless(), plan, in_flight=1)) as outcomes:
        assert [untimed(next(outcomes)[1]) for _ in range(2)] == expected[:2]
    assert len(taken) <= 4
    assert ray.is_initialized()
    ((_, other),) = regress_all_on_ray(networks[:1], replace(plan, seed=1))
    assert other.loss not in (None, expected[0].loss)
    with pytest.raises(InputError, match="no GPU"):
        next(regress_all_on_ray(networks, replace(plan, device="cuda")))


def descendants() -> set[int]:
    """Return the ids of the child processes of this process, recursively."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(file.parent.name)] = int(file.read_text().rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def addresses_of(processes: set[int]) -> set[str]:
    """Return the addresses (IPv4, also inside IPv6) at which processes accept connections."""
    sockets = set()
    for process in processes:
        for file in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):
                sockets.add(os.readlink(file))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(socket.inet_ntoa(bytes.fromhex(fields[1].partition(":")[0][-8:])[::-1]))
    return found

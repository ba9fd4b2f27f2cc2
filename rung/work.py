"""What does the work, each made of the parts it needs: intake, sweeper, deliverer, reconciler, and people's desk."""

from __future__ import annotations

from core.status import About
from core.work.clock import Sweeper
from core.work.delivery import Deliverer
from core.work.desk import SqlDesk
from core.work.handover import Handovers
from core.work.heartbeat import Heartbeats
from core.work.intake import Intake
from core.work.lease import Held
from core.work.reconcile import Reconciler
from core.work.surgewatch import SurgeWatch
from core.work.understanding import Understanding
from rung import __version__
from rung.greeting import greeting
from rung.parts import Parts


def intake(parts: Parts, held: Held) -> Intake:
    """What makes events of deliveries, and steps of events."""
    return Intake(
        database=parts.database,
        understanding=Understanding(parts.mappings, parts.platforms),
        policies=parts.policies,
        clock=parts.clock,
        bell=parts.bell,
        held=held,
        lease=parts.lease,
        greet=lambda delivery: greeting(parts.loaded(), delivery),
    )


def sweeper(parts: Parts) -> Sweeper:
    """What fires timers, and notices what no webhook tells: shifts that change, surges, sources that fall silent."""
    base, policies, clock = parts.database, parts.policies, parts.clock
    return Sweeper(
        database=base,
        policies=policies,
        clock=clock,
        bell=parts.bell,
        handovers=Handovers(base, policies, clock),
        surges=SurgeWatch(base, policies, clock),
        heartbeats=Heartbeats(base, policies, clock, parts.listened),
    )


def deliverer(parts: Parts, held: Held) -> Deliverer:
    """What carries actions out: writes back to platforms, and tells people."""
    return Deliverer(
        database=parts.database,
        platforms=parts.platforms,
        notifier=parts.notifier,
        policies=parts.policies,
        links=parts.links.make,
        clock=parts.clock,
        bell=parts.bell,
        held=held,
        lease=parts.lease,
        threads=parts.threads,
    )


def reconciler(parts: Parts, held: Held) -> Reconciler:
    """What polls platforms for changes that no webhook told."""
    return Reconciler(
        database=parts.database,
        platforms=parts.platforms,
        plans=lambda: parts.loaded().polls,
        mappings=parts.mappings,
        policies=parts.policies,
        clock=parts.clock,
        bell=parts.bell,
        held=held,
        lease=parts.lease,
    )


def desk(parts: Parts) -> SqlDesk:
    """Where people see and command, by console, API and command line."""
    return SqlDesk(
        parts.database,
        parts.policies,
        parts.clock,
        parts.bell,
        parts.platforms,
        lambda: parts.loaded().polls,
        parts.listened,
        lambda: _about(parts),
    )


def _about(parts: Parts) -> About:
    told = {name: check() for name, check in parts.degraded.items()}
    return About(
        version=__version__,
        documents=parts.loaded().versions,
        degraded={name: sentence for name, sentence in told.items() if sentence},
    )

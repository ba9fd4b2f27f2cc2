"""What recovering made of a restored database, in sentences."""

from __future__ import annotations

from datetime import timedelta

from core.work.recovery import Recovered
from rung.cli.output import length, moment


def sentences(recovered: Recovered, pause: timedelta) -> list[str]:
    """What was made of the database, and what to do next."""
    lines = [
        f"The next ticket gets the number {recovered.first}.",
        f"{recovered.found} changes were found on the platforms that the backup does not know.",
        f"{recovered.writes} writes may have been made; each is looked for before it is made.",
    ]
    if recovered.notices:
        lines.append(
            f"{recovered.notices} messages may have been sent, so they are not sent: see "
            "`rung actions list --status dead`, and replay what must be."
        )
    if recovered.replayed:
        lines.append(f"{recovered.replayed} timers ran out before Rung last ran, {moment(recovered.until)}: gone over.")
    if recovered.timers:
        lines.append(f"{recovered.timers} timers ran out since; they wait {length(pause)} more.")
    for name, why in recovered.behind.items():
        lines.append(f"{name} could not be asked: {why or 'it is still being read'}.")
    if recovered.behind:
        lines.append("Run `rung recover` again before you start Rung; else polling finds later what was lost there.")
    else:
        lines.append("Rung can be started.")
    return lines

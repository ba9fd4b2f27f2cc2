"""A desk for mappings written by hand: one own mapping, and what it was told to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.desk import NotFoundError, NotPossibleError
from core.mapdesk import Edit, MappingPage, MappingRow, MappingVersion, Mistake, MistakesError, Saved
from core.maptrial import ChangedDelivery, Comparison, Difference, FieldRow, Trial, Tried
from core.ports import Choice, DeliveryError, PlatformField

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROW = MappingRow(name="watcher", title="Watcher", own=True, version=2, at=AT, by="dana", note="new names")
VERSION = MappingVersion(version=2, at=AT, by="dana", note="new names", lines=9, in_force=True)
MISTAKE = Mistake("mappings/watcher/mapping.yaml", 3, "shapes[0].kind", "'x' is not an event kind.", "Allowed: alert.")
STATE = PlatformField(name="state", label="State", type="integer", choices=(Choice("1", "New"),))
CHANGE = ChangedDelivery(
    id=7, source="watch", received_at=AT, differences=(Difference("title", "a", "b", "alert a1"),)
)  # fmt: skip


@dataclass
class FakeMappingDesk:
    done: list[tuple[object, ...]] = field(default_factory=list)
    error: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None

    def mappings(self) -> Sequence[MappingRow]:
        return [ROW]

    def mapping(self, name: str) -> MappingPage:
        if name != "watcher":
            raise NotFoundError(f"There is no mapping “{name}”. Did you mean “watcher”?")
        return MappingPage(row=ROW, text="title: Watcher\n", packaged="", versions=(VERSION,))

    def text(self, name: str, version: int) -> str:
        return f"# {name} {version}\n"

    def check(self, name: str, text: str) -> Sequence[Mistake]:
        self.done.append(("check", name, text))
        return [MISTAKE] if "broken" in text else []

    def save(self, name: str, text: str, edit: Edit) -> Saved:
        if "broken" in text:
            raise MistakesError([MISTAKE])
        if edit.edited != 2:
            raise NotPossibleError("Version 2 of the mapping watcher is in force.")
        self.done.append(("save", name, text, edit))
        return Saved(version=VERSION, new=True)

    def roll_back(self, name: str, version: int, edit: Edit) -> Saved:
        self.done.append(("rollback", name, version, edit))
        return Saved(version=VERSION, new=False)

    def try_out(self, trial: Trial) -> Tried:
        self.done.append(("try", trial))
        self.meanwhile()
        return Tried(name=trial.name, mapping="watcher", error="The body is empty.")

    def compare(
        self,
        texts: Mapping[str, str],
        *,
        limit: int = 200,
        seconds: float = 600.0,
        told: Callable[[int, int], None] | None = None,
    ) -> Comparison:
        self.done.append(("diff", dict(texts), limit, seconds, told))
        return Comparison(
            mappings=("watcher",), sources={"watch": (5, 1)}, fields={"title": 1}, out=(), deliveries=(CHANGE,),
            more=0, understood=(5, 5), complete=True,
        )  # fmt: skip

    def fields(self, platform: str, collection: str = "") -> Sequence[FieldRow]:
        if platform == "down":
            raise DeliveryError("down cannot be reached: no connection could be made.", platform_down=True)
        self.done.append(("fields", platform, collection))
        return [FieldRow(field=STATE, read=True, written=False)]

"""A compiled mapping, and the mapping bound to one configured source or platform."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.model import Delivery, Event, Normalized, SignatureForm, Unknown
from core.ports import OutField, RecordWrite, UnmappedError
from mappings.body import parse
from mappings.outbound import Out
from mappings.paths import Path, field_of, walk
from mappings.scope import MISSING, Read, Scope, Settings, Where, shown
from mappings.shapes import Shape
from mappings.trace import Forgetful, TracedItem, Trail

MAX_ITEMS = 5_000
"""A delivery with more items than this is refused rather than worked on for minutes."""

NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Base:
    """What a mapping extends: `digest` changes whenever that one does; `pinned` is the one that it was written for, ""
    where the mapping does not say. `file` and `line` are where it says what it extends.
    """

    name: str
    digest: str
    pinned: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """One source's mapping, ready to use. `items` are the places where a batch may be; the first that exists counts.

    `headers` are the request headers that its rules read, in lower case: the door has to keep them.
    """

    name: str
    title: str
    where: Where
    content_types: tuple[str, ...]
    form_field: str
    items: tuple[Path, ...]
    delivery_key: Read | None
    key_needs_body: bool
    tells: tuple[Path, ...]
    names: Mapping[str, Read]
    shapes: tuple[Shape, ...]
    out: Out | None
    again: Callable[[Trail], CompiledMapping | None] = field(default=lambda _: None, repr=False)
    """Compiles it once more, so that its rules note on a trail what they find."""
    collection: Read | None = None
    variants: Mapping[str, CompiledMapping] = field(default_factory=dict)
    """The mapping as it is for some tables or projects, by what `collection` finds."""
    reads: Collection[Path] = ()
    extends: str = ""
    digest: str = ""
    """What changes whenever its text does, or that of a mapping that it extends."""
    signature: SignatureForm | None = None
    headers: frozenset[str] = frozenset()
    bases: tuple[Base, ...] = ()
    """What it extends, and what that extends, the nearest first."""

    def bind(
        self,
        source: str,
        platform: str = "",
        base_url: str = "",
        options: Mapping[str, str] = NO_OPTIONS,
        collection: str = "",
    ) -> BoundMapping:
        """The mapping for one configured source.

        `options` are what `$option.x` finds (such as `close_code`), `collection` is the table or project in which the
        platform creates records.
        """
        return BoundMapping(self, Settings(source, platform, base_url.rstrip("/"), dict(options), collection))


@dataclass(frozen=True, slots=True)
class BoundMapping:
    """A mapping that knows whose deliveries it maps: one configured source, and the platform that it belongs to."""

    mapping: CompiledMapping
    settings: Settings = field(repr=False)

    @property
    def content_types(self) -> tuple[str, ...]:
        """The media types that the source may send, as shell-style patterns."""
        return self.mapping.content_types

    @property
    def signature(self) -> SignatureForm | None:
        """In which form the source signs, where the mapping says it."""
        return self.mapping.signature

    def events(self, delivery: Delivery) -> Normalized:
        """What the delivery means; raises `UnmappedError`, and nothing else, on any body.

        The error carries what the items mean that were understood.
        """
        scopes = self._read(delivery)
        if not scopes:
            return Normalized(declined=("The delivery holds an empty list.",))
        events: list[Event] = []
        declined: list[str] = []
        wrong: list[str] = []
        unknown: list[Unknown] = []
        for scope in scopes:
            try:
                said = self._said(scope)
                declined.append(said) if isinstance(said, str) else events.append(said)
            except UnmappedError as error:
                wrong.append(str(error))
            unknown += scope.unknown
        understood = Normalized(tuple(events), tuple(declined), tuple(unknown))
        if wrong:
            raise UnmappedError(_all_of(wrong, len(scopes)), understood)
        return understood

    def traced(self, delivery: Delivery) -> tuple[TracedItem, ...]:
        """What each item of the delivery gives, and for each field the file and line of the rule that gave it.

        Raises `UnmappedError` where the body as a whole cannot be read. It compiles the mapping anew, which takes
        milliseconds.
        """
        trail = Trail()
        tracing = replace(self, mapping=self.mapping.again(trail) or self.mapping)
        return tuple(tracing._trace(scope, trail) for scope in tracing._read(delivery, Forgetful))

    def _trace(self, scope: Scope, trail: Trail) -> TracedItem:
        mapping, scope = self._placed(scope)
        fits = next((shape for shape in mapping.shapes if shape.fits(scope)), None)
        at = mapping.shapes.index(fits) if fits else len(mapping.shapes)
        trail.steps.clear()
        event, declined, wrong = None, "", ""
        try:
            said = self._said(scope)
            event, declined = (None, said) if isinstance(said, str) else (said, "")
        except UnmappedError as error:
            wrong = str(error)
        place = fits.where if fits else mapping.where
        return TracedItem(
            shape=fits.name if fits else "",
            file=place.file,
            line=place.line,
            passed_over=tuple(shape.name for shape in mapping.shapes[:at]),
            event=event,
            declined=declined,
            error=wrong,
            fields=trail.fields(),
            unknown=tuple(dict.fromkeys(scope.unknown)),
        )

    def shapes_of(self, delivery: Delivery) -> tuple[Shape, ...]:
        """The shape of each item; empty where one of them has none. For checks of a mapping."""
        try:
            return tuple(self._shape(*self._placed(scope)) for scope in self._read(delivery))
        except UnmappedError:
            return ()

    def _read(self, delivery: Delivery, found: type[dict[str, object]] = dict) -> list[Scope]:
        body = parse(delivery.body, delivery.content_type, self.mapping.form_field)
        return list(self._scopes(self._items(body), body, delivery.headers, delivery.received_at, found))

    def record(self, body: Mapping[str, object]) -> Normalized:
        """What a record that was read from its platform says, in the form of the platform's own webhook body.

        At most one event; raises `UnmappedError`, which carries what the record has unknown words for.
        """
        scope = next(self._scopes(self._items(body) or [MISSING], body, {}))
        try:
            said = self._said(scope)
        except UnmappedError as error:
            raise UnmappedError(str(error), Normalized(unknown=tuple(scope.unknown))) from error
        unknown = tuple(scope.unknown)
        return Normalized(declined=(said,)) if isinstance(said, str) else Normalized((said,), unknown=unknown)

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """What is the same in all retries of one delivery, None where the source does not say. Never raises."""
        read = self.mapping.delivery_key
        if read is None:
            return None
        try:
            value: object = MISSING
            if self.mapping.key_needs_body:
                value = parse(body, headers.get("content-type", ""), self.mapping.form_field)
            found = read(next(self._scopes([value], value, headers)))
        except UnmappedError:
            return None
        return str(found) if found else None

    def out(self, write: RecordWrite) -> tuple[OutField, ...]:
        """The write in the platform's own words; raises `DeliveryError(permanent=True)`."""
        collection = write.record.collection if write.record else write.into or self.settings.collection
        out = self.mapping.variants.get(collection, self.mapping).out
        return out.fields(write, self.settings) if out else ()

    def reads(self) -> frozenset[str]:
        """The names of the record's fields that the way in looks at, as far as its paths tell."""
        paths = (path for one in (self.mapping, *self.mapping.variants.values()) for path in one.reads)
        return frozenset(filter(None, map(field_of, paths)))

    def writes(self) -> frozenset[str]:
        """The names of the fields that the way out can write with these options."""
        outs = (one.out for one in (self.mapping, *self.mapping.variants.values()))
        return frozenset().union(*(out.targets(self.settings) for out in outs if out))

    def _items(self, body: object) -> list[object]:
        for path in self.mapping.items:
            found = walk(body, path.steps)
            if found is MISSING:
                continue
            items = found if isinstance(found, list) else [found]
            if len(items) > MAX_ITEMS:
                raise self.mapping.where.unmapped(f"{path.text} holds {len(items)} items; {MAX_ITEMS} are the most.")
            return items
        wanted = " or ".join(path.text for path in self.mapping.items)
        raise self.mapping.where.unmapped(
            f"the body holds nothing at {wanted}, where {self.mapping.title} has its items."
        )

    def _scopes(
        self,
        items: list[object],
        body: object,
        headers: Mapping[str, str],
        received_at: object = MISSING,
        found: type[dict[str, object]] = dict,
    ) -> Iterator[Scope]:
        for item in items:
            known: dict[str, object] = {
                "body": body,
                "header": headers if isinstance(headers, dict) else dict(headers),
                "option": self.settings.options,
                "base_url": self.settings.base_url,
                "platform": self.settings.platform,
                "source": self.settings.source,
                "received_at": received_at,
            }
            yield Scope(item, self.mapping.names, found(known))

    def _said(self, scope: Scope) -> Event | str:
        """The item's event, or why it is not for us; raises `UnmappedError`."""
        mapping, scope = self._placed(scope)
        shape = self._shape(mapping, scope)
        return shape.event(scope, self.settings.source) if shape.decline is None else str(shape.decline(scope))

    def _placed(self, scope: Scope) -> tuple[CompiledMapping, Scope]:
        """The mapping as it is for the table or project to which the item belongs; raises `UnmappedError`."""
        mapping = self.mapping
        if not mapping.variants or mapping.collection is None:
            return mapping, scope
        variant = mapping.variants.get(str(mapping.collection(scope)))
        return (variant, scope.under(variant.names)) if variant else (mapping, scope)

    def _shape(self, mapping: CompiledMapping, scope: Scope) -> Shape:
        for shape in mapping.shapes:
            if shape.fits(scope):
                return shape
        told = (f"{path.text} is {shown(path.text, walk(scope.item, path.steps))}" for path in self.mapping.tells)
        says = "; ".join(told) or "the item is " + shown("", scope.item)
        raise self.mapping.where.unmapped(f"no shape of the mapping “{self.mapping.name}” fits: {says}.")


def _all_of(wrong: list[str], items: int) -> str:
    """One sentence for the items that were not understood; the first speaks for the others."""
    return wrong[0] if items == 1 else f"{len(wrong)} of {items} items were not understood. The first: {wrong[0]}"

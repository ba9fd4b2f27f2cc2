"""The documents in force, read from the database, made into working objects, and made anew when a version appears."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import mappings
from connectors import discover
from core.model import PollPlan
from core.policy import Policy, TimeOff
from core.ports import Listened, Platform
from core.store import calendars
from core.store import documents as stored
from mappings import BoundMapping
from mappings import Mapping as CompiledMapping
from rung import documents
from rung.documents import Configuration, PlatformDoc, Problem, SignedDoc, SourceDoc
from rung.loaded import BoundMappings, Loaded
from webhooks import Source

log = structlog.get_logger()

POLICY = "policy.yaml"
_CHECK_SECONDS = 1.0


@cache
def packaged() -> mappings.Packaged:
    """The packaged catalogue of mappings."""
    return mappings.Packaged()


class Live:
    """Gives the present `Loaded`; asks the database at most once a second whether a document has a new version.

    A version that cannot be used leaves the one before in force, and says so: `rung apply` checks before it stores, so
    this takes a newer Rung's documents under an older one. A database that is away changes nothing. What people's own
    calendars tell is taken in likewise.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._checked = float("-inf")
        self._loaded: Loaded | None = None
        self._documents: Loaded | None = None
        self._calendars: calendars.Version = (0, None)
        self._refused: Mapping[str, int] = {}

    def __call__(self) -> Loaded:
        """The documents in force."""
        loaded = self._loaded
        if loaded is not None and time.monotonic() - self._checked < _CHECK_SECONDS:
            return loaded
        if loaded is not None and self._lock.locked():
            return loaded  # somebody is asking, and a database that hangs must not hang those who only want to know
        with self._lock:
            if self._loaded is None or time.monotonic() - self._checked >= _CHECK_SECONDS:
                self._loaded = self._with_calendars(self._fresh(self._documents))
                self._checked = time.monotonic()
            return self._loaded

    def _with_calendars(self, read: Loaded) -> Loaded:
        """What the documents say with what calendars tell; as before where neither has changed."""
        before = self._loaded
        try:
            with self._database.begin() as connection:
                version = calendars.version(connection)
                if before is not None and read is self._documents and version == self._calendars:
                    return before
                told = calendars.time_off(connection)
        except (DBAPIError, PoolTimeout):
            if before is None:
                raise
            return before
        self._documents, self._calendars = read, version
        return with_calendars(read, told)

    def _fresh(self, known: Loaded | None) -> Loaded:
        versions: Mapping[str, int] = {}
        try:
            with self._database.begin() as connection:
                versions = stored.versions(connection)
                if known is not None and versions in (known.versions, self._refused):
                    return known
                newest = stored.newest(connection)
            return load(newest, self._policy_text)
        except (DBAPIError, PoolTimeout):
            if known is None:
                raise
        except (documents.DocumentsError, mappings.MappingDocumentError, ValueError) as error:
            if known is None:
                raise
            self._refused = versions
            log.warning("the new documents cannot be used; those before stay in force", reason=str(error))
        return known

    def _policy_text(self, version: int) -> str | None:
        with self._database.begin() as connection:
            document = stored.get(connection, POLICY, version)
        return document.content if document else None


def load(newest: Mapping[str, stored.Document], policy_text: Callable[[int], str | None]) -> Loaded:
    """Make the newest documents into working objects; raises `DocumentsError` and `MappingDocumentError`."""
    texts = stored.texts(newest)
    version = newest[POLICY].version if POLICY in newest else 0
    configuration = documents.read(texts, packaged(), policy_version=version)
    catalogue = packaged().beneath(own_mappings(texts))
    bound = bind_sources(configuration, catalogue)
    return Loaded(
        policy=configuration.policy,
        platforms=_Platforms(configuration.platforms.platforms, catalogue),
        mappings=BoundMappings(bound),
        sources=_sources(configuration, bound),
        at_version=_older_policies(configuration, policy_text),
        versions={name: document.version for name, document in newest.items()},
        polls=_polls(configuration),
        listened={name: _listened(one) for name, one in configuration.platforms.sources.items()},
    )


def with_calendars(read: Loaded, told: TimeOff) -> Loaded:
    """What documents say, with the times at which people are off by their own calendars."""
    roster = read.policy.roster.with_calendars(told)
    if not roster.by_calendar:
        return read

    @cache
    def at_version(version: int) -> Policy:
        return replace(read.at_version(version), roster=roster)

    return replace(read, policy=replace(read.policy, roster=roster), at_version=at_version)


def try_out(texts: Mapping[str, str]) -> Configuration:
    """Check documents as a whole, down to the connectors; raises `DocumentsError`, `MappingDocumentError`."""
    configuration = documents.read(texts, packaged())
    catalogue = packaged().beneath(own_mappings(texts))
    _sources(configuration, bind_sources(configuration, catalogue))
    platforms = _Platforms(configuration.platforms.platforms, catalogue)
    problems = []
    for name in platforms:
        try:
            platforms[name]
        except ValueError as error:
            problems.append(Problem("platforms.yaml", 0, f"platforms.{name}", str(error)))
    if problems:
        raise documents.DocumentsError(problems)
    return configuration


def own_mappings(texts: Mapping[str, str]) -> Mapping[str, CompiledMapping]:
    """The mappings that the documents bring; raises `MappingDocumentError`."""
    own = {name.split("/")[1]: text for name, text in texts.items() if name.startswith("mappings/")}
    return mappings.load_catalogue([], own)


def bind_platform(name: str, one: PlatformDoc, catalogue: Mapping[str, CompiledMapping]) -> BoundMapping:
    """A platform's mapping, knowing where the platform is and in which project or table it creates records."""
    config = one.config
    collection = config.project if config.kind == "jira" else config.table
    return catalogue[one.mapping].bind(name, name, config.url, config.options, collection)


def bind_sources(configuration: Configuration, catalogue: Mapping[str, CompiledMapping]) -> dict[str, BoundMapping]:
    """Each source's mapping, knowing the platform whose records it speaks of.

    A platform without webhooks speaks under its own name, of what polling finds there. Mere signs of life have none.
    """
    known = configuration.platforms.platforms
    silent = {
        name: bind_platform(name, one, catalogue)
        for name, one in known.items()
        if _source_of(configuration, name) == name and name not in configuration.platforms.sources
    }

    def bind(source: SourceDoc) -> BoundMapping:
        platform = known.get(source.platform)
        url, options = (platform.config.url, platform.config.options) if platform else ("", {})
        return catalogue[source.mapping].bind(source.name, source.platform, url, {**options, **source.options})

    return silent | {name: bind(source) for name, source in configuration.platforms.sources.items() if source.mapping}


def _source_of(configuration: Configuration, platform: str) -> str:
    """The source in whose name a platform's records are read: its own webhooks', the one of the same name first."""
    sources = [name for name, one in configuration.platforms.sources.items() if one.platform == platform]
    return platform if platform in sources or not sources else sources[0]


def _polls(configuration: Configuration) -> dict[str, PollPlan]:
    """How each platform is polled."""
    heard = {one.platform for one in configuration.platforms.sources.values()}
    return {
        name: PollPlan(
            source=_source_of(configuration, name),
            every=one.poll.every,
            collections=one.poll.collections,
            opens=one.poll.opens,
            heard=name in heard,
        )
        for name, one in configuration.platforms.platforms.items()
        if one.poll
    }


class _Platforms(Mapping[str, Platform]):
    """The platforms by name, each made when it is first needed: the desk needs no more than their names."""

    def __init__(self, documents_: Mapping[str, PlatformDoc], catalogue: Mapping[str, CompiledMapping]) -> None:
        self._documents = documents_
        self._catalogue = catalogue
        self._made: dict[str, Platform] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Platform:
        one = self._documents[name]
        with self._lock:
            if name not in self._made:
                out = bind_platform(name, one, self._catalogue).out
                self._made[name] = discover()[one.config.kind](one.config, out)
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def _sources(configuration: Configuration, bound: Mapping[str, BoundMapping]) -> dict[str, Source]:
    """The sources as the door knows them; raises `DocumentsError` with all whose way of proving itself is not whole."""
    sources: dict[str, Source] = {}
    problems = []
    for name, one in configuration.platforms.sources.items():
        try:
            sources[name] = _source(one, bound.get(name))
        except ValueError as error:
            hint = f"Give it a section “signature” in mappings/{one.mapping}/mapping.yaml, or name its “header” here."
            at = ("sources", name, "auth", "signature")
            problems.append(documents.problem(configuration.texts, "platforms.yaml", at, str(error), hint))
    if problems:
        raise documents.DocumentsError(problems)
    return sources


def _listened(source: SourceDoc) -> Listened:
    return Listened(name=source.name, mapping=source.mapping, platform=source.platform, every=source.heard_every)


def _source(source: SourceDoc, bound: BoundMapping | None) -> Source:
    verify = source.verify
    if isinstance(verify, SignedDoc):
        verify = verify.verifier(bound.signature if bound else None)
    if bound is None:
        return Source(name=source.name, verify=verify, max_bytes=source.max_bytes, signs_of_life=True)
    return Source(
        name=source.name,
        verify=verify,
        max_bytes=source.max_bytes,
        content_types=bound.content_types,
        delivery_key=bound.delivery_key,
        headers=bound.mapping.headers,
    )


def _older_policies(configuration: Configuration, policy_text: Callable[[int], str | None]) -> Callable[[int], Policy]:
    """The policy of any version, with today's roster; the newest one where the version is gone or unreadable."""
    newest = configuration.policy

    @cache
    def at_version(version: int) -> Policy:
        text = None if version == newest.version else policy_text(version)
        if text is None:
            return newest
        try:
            return documents.policy_of(
                text, version=version, roster=configuration.roster, creates_on=configuration.platforms.creates_on
            )
        except documents.DocumentsError as error:
            log.warning("an older policy cannot be used; its tickets go on under the newest", reason=str(error))
            return newest

    return at_version

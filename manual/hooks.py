"""What the site's builder calls at each stage: the pages' places, their links, their Markdown and their navigation."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from manual import pages
from manual.dialect import translated

_LANGUAGES = {"js": "js", "json": "json", "py": "python", "sh": "sh", "sql": "sql", "yaml": "yaml", "yml": "yaml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Puts all pages that fit in the place of a line of the navigation with a star."""
    config.nav = filled(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that lie outside docs/, and pages that show files of code."""
    for path, to in pages.places().items():
        if not path.startswith("docs/"):
            files.append(File.generated(config, to, abs_src_path=str(pages.ROOT / path)))
    for path in pages.shown():
        files.append(File.generated(config, pages.place(path), content=_showing(path)))
        files.append(
            File.generated(config, f"files/{path}/{path.rpartition('/')[2]}", abs_src_path=str(pages.ROOT / path))
        )
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """A page as this builder wants it."""
    paths = {to: path for path, to in pages.places().items()}
    path = paths.get(page.file.src_uri)
    return markdown if path is None else translated(pages.relinked(markdown, path))


def filled(nav: Any) -> Any:
    """The navigation with each line that has a star replaced by the pages that fit, in the order of their titles.

    A line that no page fits goes.
    """
    if isinstance(nav, list):
        return [made for entry in nav if not _is_empty(made := filled(entry))]
    if isinstance(nav, dict):
        return {name: _fitting(below) if _starred(below) else filled(below) for name, below in nav.items()}
    return nav


def _starred(entry: Any) -> bool:
    return isinstance(entry, str) and "*" in entry


def _is_empty(entry: Any) -> bool:
    return isinstance(entry, dict) and not any(entry.values())


def _fitting(pattern: str) -> list[str]:
    fitting = [(_sorted_by(pages.title(path)), to) for path, to in pages.places().items() if fnmatch(to, pattern)]
    return [to for _, to in sorted(fitting)]


def _sorted_by(title: str) -> str:
    return re.sub(r"\d+", lambda number: number[0].zfill(6), title.casefold())


def _showing(path: str) -> str:
    """A page that shows a file of code, which can be copied or saved there."""
    text = (pages.ROOT / path).read_text(encoding="utf-8")
    name = path.rpartition("/")[2]
    fence = f"```{_LANGUAGES.get(name.rpartition('.')[2], 'text')}\n{text}\n```"
    return f"---\nsearch: {{exclude: true}}\n---\n# {name}\n\n`{path}`: [save the file]({name}/{name})\n\n{fence}\n"

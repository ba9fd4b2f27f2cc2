"""Texts between the dialects of platforms: read as Markdown, written in the words of another."""

from connectors.texts.convert import Dialect, converted, escaped

__all__ = ["Dialect", "converted", "escaped"]

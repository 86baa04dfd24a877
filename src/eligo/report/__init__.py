"""The report of a study: one page that a person wants to read, with its figures and tables as files."""

from .page import write_report

__all__ = ["write_report"]

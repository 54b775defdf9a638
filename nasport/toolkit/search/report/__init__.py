"""The report of a finished search as one self-contained HTML file."""

from nasport.toolkit.search.report.page import report_html

__all__ = ["report_html"]

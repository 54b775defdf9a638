"""A finished search as one HTML file that needs nothing beside itself."""

from nasport.toolkit.search.report.page import report_html

__all__ = ["report_html"]

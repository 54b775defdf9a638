"""Descriptions of the vocabulary's operators and of search spaces, as JSON records and as text."""

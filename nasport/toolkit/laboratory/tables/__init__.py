"""Benchmark tables to train on and to measure against: what somebody else trained, and how good it was.

The tables are no part of nasport. They are read from the folder that the environment variable NASPORT_DATA names; an
architecture stays the text that the benchmark writes it in, so that each reader of a table chooses how to convert it.

`catalog.py` lists the tables, `files.py` their files, `layouts.py` reads each of their forms, `side_tables.py` latencies
and zero-cost proxies; `folder_check.py` says what is wrong with a folder of them.
"""

from nasport.toolkit.laboratory.tables.catalog import (
    NASBENCH101_LABEL,
    NASBENCH201_DATASETS,
    READERS,
    TABLES,
    TRANSNAS_TASKS,
    LabelFacts,
    Table,
    read_table,
)
from nasport.toolkit.laboratory.tables.files import FILES, TableFile
from nasport.toolkit.laboratory.tables.folder_check import file_sha256, is_known_copy, problems
from nasport.toolkit.laboratory.tables.labeled_table import LabeledTable
from nasport.toolkit.laboratory.tables.side_tables import PROXIES, PROXIES_FILE, read_latencies, read_proxies
from nasport.toolkit.laboratory.tables.text_files import FOLDER_VARIABLE, data_folder

__all__ = [
    "FILES",
    "FOLDER_VARIABLE",
    "NASBENCH101_LABEL",
    "NASBENCH201_DATASETS",
    "PROXIES",
    "PROXIES_FILE",
    "READERS",
    "TABLES",
    "TRANSNAS_TASKS",
    "LabelFacts",
    "LabeledTable",
    "Table",
    "TableFile",
    "data_folder",
    "file_sha256",
    "is_known_copy",
    "problems",
    "read_latencies",
    "read_proxies",
    "read_table",
]

"""Benchmark tables for training and measuring: architectures with accuracies that others measured.

The tables are not part of nasport. They are read from the folder in the environment variable NASPORT_DATA. An architecture stays
the text of the benchmark, so that each caller chooses how to convert it.

- `catalog.py`: the tables and their labels; `files.py`: their files
- `layouts.py`, `text_files.py`: read the files; `labeled_table.py`: the result
- `side_tables.py`: latencies and zero-cost proxies
- `folder_check.py`: errors in a folder of tables
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

"""NDS (Radosavovic et al. 2019): networks trained on ImageNet, of which these spaces vary the architecture.

The others of the file vary the optimiser at random or repeat trainings, and are left aside. `DARTS_fix-w-d_in` was trained
for 5 epochs only.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.labelled_table import LabelledTable
from nasport.toolkit.laboratory.tables.text_files import checked_number, checked_object, json_lines

NDS_FILE = "nds_public.jsonl.gz"
NDS_LABEL = "minus_top1_error"
NDS_SPACES = {
    "nds_darts": "DARTS_in",
    "nds_enas": "ENAS_in",
    "nds_resnext_a": "ResNeXt-A_in",
    "nds_darts_fixed": "DARTS_fix-w-d_in",
}


def read_nds(space: str, folder: Path | None = None) -> LabelledTable:
    """The networks of one space with `NDS_LABEL`: minus the least top-1 test error over the epochs, in per cent.

    A text is the network with the space's name, without what was measured of it.

    Args:
        space: a key of `NDS_SPACES`.
        folder: of the tables; None: that of NASPORT_DATA.

    Raises:
        InputError: the folder or the table is missing; a record is wrong; none is of this space.
    """
    name = NDS_SPACES[space]
    texts, values, file = [], [], NDS_FILE
    for file, line, record in json_lines(folder, NDS_FILE):
        if record.get("space") != name:
            continue
        net = checked_object(record.get("net"), file, ("net",), line)
        texts.append(json.dumps({"space": name, "net": net}))
        values.append(-checked_number(record, "min_test_top1_err", file, line=line))
    if not texts:
        raise InputError(f"has no record of the space {name!r}", file=file)
    return LabelledTable(space, "nds", tuple(texts), {NDS_LABEL: np.array(values, np.float64)})


NDS_READERS = {space: partial(read_nds, space) for space in NDS_SPACES}

"""Real models as documents: from ONNX files, torch's exported programs and torch modules.

The way of a model: a reader (`onnx_files`, `torch_programs`) gives one primitive operation after another (`graph`); what
the vocabulary has words for becomes a layer (`layers`); layers become blocks, cells and stages (`documents`). `reading`
goes the whole way, `report` lists what was lost or assumed on it, `space` varies what came out.
"""

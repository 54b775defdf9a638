"""Import of real models (ONNX files, exported torch programs, torch modules) as architecture documents.

An import has three steps. A reader (`onnx_files`, `torch_programs`) turns the model into primitive operations (`graph`).
Operations are grouped into layers, each an operator of the vocabulary or a described one (`layers`). Layers are grouped
into blocks, cells and stages (`documents`). `reading` runs all steps, `report` lists what was assumed or lost, and `space`
derives a search space from an imported model.
"""

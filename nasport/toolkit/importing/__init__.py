"""Real models as documents: from ONNX files, torch's exported programs and torch modules.

The way of a model: a reader (`onnx_file`, `exported_program`, `torch_module`) gives one primitive operation after another
(`tensor_graph`); what belongs together becomes a layer (`layers`); layers become blocks and stages (`blocks`,
`document`); what was lost or assumed on the way is listed (`report`).
"""

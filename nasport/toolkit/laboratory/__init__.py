"""Where predictors are made and measured, which no other command loads.

- `tables`: benchmark tables as their authors wrote them
- `world`: random search spaces that nobody labelled, and their members
- `recipes`: how each shipped predictor is trained and described; `nasport train`
- `evaluation`: how well predictors rank spaces that they never saw; `nasport evaluate`

The networks and their training are in `nasport/models`, the way to ONNX in `nasport/export`.
"""

"""Where predictors are made and measured, which no other command loads.

- `tables`: benchmark tables as their authors wrote them; `nasport data`
- `world`: random search spaces that nobody labeled, and their members
- `recipes`: how each shipped predictor is trained and described; `nasport train`
- `evaluation`: how well predictors rank spaces that they never saw; `nasport evaluate`
- `audit`: anybody's scores, and what ships, held to the tables; `nasport audit`

The networks and their training are in `nasport/models`, the way to ONNX in `nasport/export`.
"""

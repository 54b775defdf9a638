"""Training and evaluation of predictors. Only the commands that train and measure predictors load this package.

- `tables`: benchmark tables in the files of their authors; `nasport data`
- `world`: synthetic architectures, which are members of random search spaces; zero-cost proxies and GenNAS evaluate them, and
  the predictor learns from these evaluations without any label
- `recipes`: how each shipped predictor is trained and described; `nasport train`
- `evaluation`: how well predictors rank held-out search spaces; `nasport evaluate`
- `audit`: how well any scores rank the architectures of the tables; `nasport audit`

The networks and their training are in `nasport/models`, the export to ONNX in `nasport/export`.
"""

"""The panel of evaluators: the predictor, zero-cost proxies and GenNAS regression together, from the fastest to the slowest.

- `choices.py`: options of the commands
- `planning.py`: a timed probe turns a time budget into a plan
- `stages.py`, `evaluations.py`: run the evaluators, and keep their values in a file
- `combining.py`, `learned.py`: combine the values into one order, with weights that were learned on benchmark tables
- `ranking.py`: runs the stages one after the other, each on the best architectures of the previous stage
- `run.py`: the folder of a run; `callbacks.py`: messages and progress during a run
"""

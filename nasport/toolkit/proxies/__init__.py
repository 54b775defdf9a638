"""Zero-cost proxies: numbers of an untrained network that are meant to predict its accuracy after training.

- `catalog.py`: what each proxy is, and the paper that it comes from
- `choices.py`, `planning.py`: options of the commands, and the plan that follows from them
- `evaluating.py`: all chosen proxies of one architecture; `proxy_values.py`, `results.py`: their values, and a file of them
- `network_start.py`, `passes.py`: the untrained network, and the forward and backward passes that several proxies share
- `activations.py`, `input_gradients.py`, `weight_gradients.py`, `blocks.py`, `altered_networks.py`, `fisher_spectrum.py`:
  the formulas
"""

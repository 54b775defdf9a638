#!/bin/sh
# pymoo's `eliminate_duplicates=True` compares children with the living population only: what died is evaluated again and again.
# And where a generation finds no new child, the run ends early without a word.
#
# Versions: pymoo 0.6.2; Python 3.11 to 3.13. Not run by CI: it downloads it.
#
# The space has 64 members (three integers from 0 to 3), the objectives conflict, and NSGA-II runs for 50 generations. A
# population of 20 costs about 1,000 evaluations of 64 different members. A population of 100 is never full: it evaluates all 64
# once and ends after three generations, and the message of the result is None.
#
# In neural architecture search an evaluation is a training, and spaces of integers are small enough to come back to the same
# member often. A cache around the objective is needed, and a budget should count members rather than calls.
#
# Seen:
#   population 20:  999 evaluations of 64 members, 50 generations, message None
#   population 100: 64 evaluations of 64 members, 3 generations, message None
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pymoo==0.6.2
cd "$folder"
cat > again.py <<'END'
import sys

from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import ElementwiseProblem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize


class Space(ElementwiseProblem):
    def __init__(self):
        super().__init__(n_var=3, n_obj=2, xl=0, xu=3, vtype=int)
        self.calls = []

    def _evaluate(self, x, out, *args, **kwargs):
        self.calls.append(tuple(x.tolist()))
        out["F"] = [x.sum(), (3 - x[0]) ** 2 + (3 - x[1]) + (3 - x[2]) ** 2]


def run(population):
    space = Space()
    algorithm = NSGA2(
        pop_size=population,
        sampling=IntegerRandomSampling(),
        crossover=SBX(vtype=float, repair=RoundingRepair()),
        mutation=PM(vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True,
    )
    result = minimize(space, algorithm, ("n_gen", 50), seed=1)
    calls, members, generations = len(space.calls), len(set(space.calls)), result.algorithm.n_gen - 1
    text = f"{calls} evaluations of {members} members, {generations} generations, message {result.message}"
    print(f"{f'population {population}:':16}{text}")
    return calls, members, generations, result.message


few, many = run(20), run(100)
again = few[0] >= 900 and few[1] <= 64 and few[2] == 50
early = many[:2] == (64, 64) and many[2] < 10 and many[3] is None
if not (again and early):
    sys.exit("changed: expected repeated evaluations of the first, and an early end of the second")
END
"$folder/venv/bin/python" again.py

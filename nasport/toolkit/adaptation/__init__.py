"""What a few judgements or labels teach: a bundle for one space, or a ranking of more architectures than there is time to judge.

`choices.py` is what somebody may ask for; `members.py` draws members of the space, `judged.py` has the panel judge some of them,
`labeled.py` reads labels, `teaching.py` makes one correction of both, `adapting.py` puts a bundle together, and `within_budget.py`
does that within a budget. `learned_ranking.py` ranks by what some of the ranked teach, and `ranking.py` does that within a budget.
"""

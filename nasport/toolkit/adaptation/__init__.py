"""A bundle made for one space, from judgements, labels or both.

`members.py` draws members of the space, `judged.py` has the panel judge some of them, `labelled.py` reads labels, `teaching.py`
makes one correction of both, and `adapting.py` puts a bundle together.
"""

"""Adapters of nasport to scikit-learn, Optuna, NASLib and NNI.

The modules for scikit-learn and Optuna import these libraries. The modules for NASLib and NNI only follow their interfaces.
"""

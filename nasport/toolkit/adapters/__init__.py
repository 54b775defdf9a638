"""nasport inside other libraries: scikit-learn, Optuna, NASLib and NNI. Each file needs its library, or only its calling form."""

"""Search spaces: JSON documents with open choices, and everything that searchers need from them."""

from nasport.toolkit.spaces.genes import Gene, Genes
from nasport.toolkit.spaces.library import load_space, space_names
from nasport.toolkit.spaces.search_space import SearchSpace

__all__ = ["Gene", "Genes", "SearchSpace", "load_space", "space_names"]

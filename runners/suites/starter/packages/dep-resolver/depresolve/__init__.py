"""A small backtracking dependency resolver."""

from .index import PackageIndex, Release
from .requirement import Requirement, Specifier, SpecifierSet
from .resolution import Resolution
from .resolver import ResolutionError, resolve
from .version import Version

__all__ = [
    "PackageIndex",
    "Release",
    "Requirement",
    "Resolution",
    "ResolutionError",
    "Specifier",
    "SpecifierSet",
    "Version",
    "resolve",
]
